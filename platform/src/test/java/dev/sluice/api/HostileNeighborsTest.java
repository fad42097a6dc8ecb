package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.io.Closeable;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// One organization's functions take all that they can get, in more runs than there is room for; another one's runs all
/// answer meanwhile, and what was taken is what was allowed. What one guest may take is `SandboxDriverContract`'s.
final class HostileNeighborsTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WAIT = "{\"blocking\":true,\"input\":{}}";
    private static final String ANSWER = "def handle(context, payload):\n    return 42\n";
    private static final int SENDERS = 10;
    private static final int MACHINE_MIB = 1024;

    /// Who has some gets more only while he holds at most four times what is left.
    private static final int SHARE_MIB = MACHINE_MIB * 4 / 5;

    private static final int GUEST_MIB = 128;
    private static final int SCRATCH_MIB = 64;
    private static final int PROCESSES_MAX = 64;
    private static final int COLD = 3;

    private Asker quiet;
    private int floods;

    @BeforeAll
    void start() {
        quiet = api.developer("quiet", "*");
        create(quiet, ApiServer.python("warm", ANSWER), "warm");
    }

    /// No guest of an earlier flood has a part in the next one.
    @AfterEach
    void endGuests() {
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(root, "/v1/workers").json().at("/0/leasedMib").asInt() == 0);
    }

    @Test
    void aFloodOfProcesses_endsAtTheLimit_andTheOthersRunsAnswer() throws Exception {
        Queue<Answer> ends = flood("""
                import os, time
                def handle(context, payload):
                    children = 0
                    try:
                        while True:
                            if os.fork() == 0:
                                time.sleep(600)
                            children += 1
                    except OSError:
                        return children
                """, "");
        assertThat(ends)
                .allSatisfy(
                        end -> assertThat(Integer.parseInt(end.text("output"))).isLessThan(PROCESSES_MAX));
    }

    @Test
    @Tag("full")
    void aFloodOfMemory_endsInEachGuest_andTheOthersRunsAnswer() throws Exception {
        Queue<Answer> ends = flood("""
                def handle(context, payload):
                    hoard = []
                    while True:
                        hoard.append(bytearray(b'x' * (1 << 20)))
                """, "");
        failed(ends, "MiB of memory|MemoryError");
    }

    @Test
    @Tag("full")
    void aFloodOfWork_endsAtItsDeadline_andTheOthersRunsAnswer() throws Exception {
        Queue<Answer> ends = flood("""
                import threading
                def work():
                    while True:
                        pass
                def handle(context, payload):
                    for _ in range(8):
                        threading.Thread(target=work, daemon=True).start()
                    work()
                """, ",\"timeout\":1500");
        failed(ends, "exceeded the timeout");
    }

    @Test
    @Tag("full")
    void aFloodOfFiles_endsAtTheLimit_andTheOthersRunsAnswer() throws Exception {
        Queue<Answer> ends = flood("""
                import os
                def handle(context, payload):
                    written = 0
                    block = b'x' * (1 << 20)
                    for number in range(100):
                        try:
                            with open('/tmp/%d' % number, 'wb', buffering=0) as file:
                                for _ in range(8):
                                    written += file.write(block)
                        except OSError:
                            break
                    for number in range(100):
                        if os.path.exists('/tmp/%d' % number):
                            os.remove('/tmp/%d' % number)
                    return written >> 20
                """, "");
        assertThat(ends)
                .allSatisfy(
                        end -> assertThat(Integer.parseInt(end.text("output"))).isBetween(1, SCRATCH_MIB));
    }

    @Test
    @Tag("full")
    void aFloodOfWords_endsAtTheLimit_andTheOthersRunsAnswer() throws Exception {
        Queue<Answer> ends = flood("""
                def handle(context, payload):
                    while True:
                        print('x' * 1023)
                """, "");
        failed(ends, "printed more than");
        assertThat(ends).allSatisfy(end -> assertThat(end.body()).hasSizeLessThan(1 << 20));
    }

    /// Each run takes its guest with it, so that the next has to start one.
    @Test
    @Tag("full")
    void aFloodOfStarts_isOnlyItsOwn_andTheOthersRunsAnswer() throws Exception {
        Queue<Answer> ends = flood("""
                import os
                def handle(context, payload):
                    os._exit(3)
                """, "");
        failed(ends, "exited with code 3");
    }

    /// @return what became of the flood's runs that were not refused
    private Queue<Answer> flood(String source, String settings) throws Exception {
        String organization = "flood" + floods++;
        Asker flood = api.developer(organization, "*");
        create(flood, ApiServer.function("f", "python3", "f.py", source, settings), "f");
        for (int i = 0; i < COLD; i++) {
            create(
                    quiet,
                    ApiServer.function(organization + "-" + i, "python3", "f.py", ANSWER, ""),
                    organization + "-" + i);
        }
        var ends = new ConcurrentLinkedQueue<Answer>();
        var isOver = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Closeable _ = () -> isOver.set(true)) {
            for (int i = 0; i < SENDERS; i++) {
                threads.execute(() -> {
                    while (!isOver.get()) {
                        ends.add(api.post(flood, "/v1/runs?functionName=f", WAIT));
                    }
                });
            }
            await().atMost(PATIENCE).until(() -> used(organization) > GUEST_MIB);
            for (int i = 0; i < COLD; i++) {
                answers("warm");
                answers(organization + "-" + i);
                assertThat(used(organization)).isLessThanOrEqualTo(SHARE_MIB);
            }
            await().atMost(PATIENCE).until(() -> !ends.isEmpty());
        }
        assertThat(ends).extracting(Answer::status).containsOnly(200);
        return ends;
    }

    private int used(String organization) {
        return api.get(new Asker(root.token(), organization), "/v1/iam/quota")
                .json()
                .at("/used/memoryMib")
                .asInt();
    }

    private void answers(String name) {
        Answer run = api.post(quiet, "/v1/runs?functionName=" + name, WAIT);
        assertThat(run.status()).as(run.body()).isEqualTo(200);
        assertThat(run.text("output")).as(run.body()).isEqualTo("42");
    }

    private static void failed(Queue<Answer> ends, String message) {
        assertThat(ends)
                .allSatisfy(end -> assertThat(end.json().at("/error/message").asString())
                        .as(end.body())
                        .containsPattern(message));
    }

    private void create(Asker asker, String body, String name) {
        assertThat(api.post(asker, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(api.get(asker, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }
}
