package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.gate.Gate;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run.Content;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.worker.RunEnd;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Which guests the worker keeps, which it ends, and what it starts them with. Real guests.
final class WorkerTest {
    private static final String COUNTS =
            "n = 0\ndef handle(context, payload):\n    global n\n    n += 1\n    return n\n";
    private static final String ANSWERS = "def handle(context, payload):\n    return 1\n";
    private static final int FRESH_MIB = Spine.FRESH_OF_EACH * 2 * Limits.MEMORY_MIB_MIN;

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory, 2 * Spine.WORKER_MIB);
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    /// Also waits until no fresh guest is missing.
    @BeforeEach
    @AfterEach
    void onlyIdleAndFreshGuestsAreOpen() {
        await().until(() -> spine.driver.openMib() == FRESH_MIB + spine.worker.idleMib());
    }

    @Test
    void aGuest_isKeptAfterAnAnswerAndAfterAnException() throws InterruptedException {
        create("answers", ANSWERS);
        create("raises", "def handle(context, payload):\n    raise ValueError('no')\n");
        int before = spine.worker.idleMib();
        exec("answers");
        exec("raises");
        assertThat(spine.worker.idleMib() - before).isEqualTo(2 * Limits.MEMORY_MIB_MIN);
    }

    @Test
    void aGuestThatEnded_isNotKept_andGone() throws InterruptedException {
        create("exits", "import os\ndef handle(context, payload):\n    os._exit(3)\n");
        int before = spine.worker.idleMib();
        exec("exits");
        assertThat(spine.worker.idleMib()).isEqualTo(before);
    }

    /// Of itself, or killed by whoever may: it is gone. The second time the news comes later than the next run.
    @Test
    void aGuestThatDiedIdle_costsNoRun() throws InterruptedException {
        create("dies", """
                import os, threading
                n = 0
                def handle(context, payload):
                    global n
                    n += 1
                    threading.Timer(0.2, lambda: os._exit(0)).start()
                    return n
                """);
        for (boolean isNewsLate : List.of(false, true)) {
            assertThat(answer("dies")).isEqualTo("1");
            await().until(spine.driver::isOneDead);
            spine.driver.delayNews(isNewsLate);
            try {
                assertThat(answer("dies")).as("late news: " + isNewsLate).isEqualTo("1");
            } finally {
                spine.driver.delayNews(false);
            }
            await().until(spine.driver::isOneDead);
        }
        assertThat(answer("dies")).isEqualTo("1");
        await().until(spine.driver::isOneDead);
    }

    /// It stands still when the next run comes, reads nothing of it, and is killed.
    @Test
    void aGuestWhoseTimeIsUp_isNotReplaced_thoughItHasNotBegun() throws InterruptedException {
        spine.create(
                "stands", spine.python("""
                        import os, signal, threading
                        def handle(context, payload):
                            threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGSTOP)).start()
                            return 1
                        """, "hello.handle", Convention.DISPATCH, Spine.limits(Duration.ofSeconds(2))));
        assertThat(answer("stands")).isEqualTo("1");
        Thread.sleep(Duration.ofSeconds(1));
        int before = spine.driver.started().size();
        assertThat(exec("stands").fault().orElseThrow().message()).isEqualTo("Function execution exceeded the timeout");
        assertThat(spine.driver.started()).hasSize(before);
    }

    /// What it has done by then, nobody knows.
    @Test
    void aGuestThatDiesInARun_isNotReplaced() throws InterruptedException {
        create("goes", """
                import os
                n = 0
                def handle(context, payload):
                    global n
                    n += 1
                    if n > 1:
                        os._exit(3)
                    return n
                """);
        assertThat(answer("goes")).isEqualTo("1");
        int before = spine.driver.started().size();
        assertThat(exec("goes").fault().orElseThrow().message())
                .isEqualTo("the function's process exited with code 3 before it answered");
        assertThat(spine.driver.started()).hasSize(before);
    }

    /// What it prints last is seen when it has answered.
    @Test
    void aGuestThatPrintedTooMuch_isNotKept_thoughItAnswered() throws InterruptedException {
        create("floods", COUNTS);
        int before = spine.worker.idleMib();
        spine.driver.atNextDrain((lines, _) -> lines.stdout(ByteBuffer.allocate((64 << 20) + 1)));
        assertThat(answer("floods")).isEqualTo("1");
        assertThat(spine.worker.idleMib()).isEqualTo(before);
        assertThat(answer("floods")).isEqualTo("1");
    }

    @Test
    void aGuestWhoseTimeWasUp_isNotKept_thoughItAnswered() throws InterruptedException {
        spine.create(
                "lags", spine.python(COUNTS, "hello.handle", Convention.DISPATCH, Spine.limits(Duration.ofSeconds(4))));
        int before = spine.worker.idleMib();
        spine.driver.atNextDrain((_, isOpen) -> await().until(() -> !isOpen.getAsBoolean()));
        assertThat(answer("lags")).isEqualTo("1");
        assertThat(spine.worker.idleMib()).isEqualTo(before);
        assertThat(answer("lags")).isEqualTo("1");
    }

    /// Though the run has declassified it.
    @Test
    void aGuest_keepsWhatItsRunLearntMeanwhile_toRunsThatMayKnowIt() throws InterruptedException {
        Label label = Label.parse("acme/function/notes,acme/function");
        FsPath secret = FsPath.home(label).child("secret");
        Task owner = Spine.task("acme", "acme");
        owner.run(() -> spine.fs.create(
                secret,
                Kind.FILE,
                label,
                Bytes.utf8("s3"),
                owner.exercise(Component.TRUE, Component.parse("acme/function"))));
        String remembers = """
                n = 0
                def handle(event, cloudcall):
                    global n
                    n += 1
                    if event:
                        cloudcall.fs_read('%s')
                        cloudcall._ask('declassify', {'secrecy': 'acme/runs'})
                    return n
                """.formatted(secret);
        spine.create(
                "remembers",
                Spine.policy("remembers", "acme/function"),
                spine.python(remembers, "hello.handle", Convention.FAASTEN, Limits.DEFAULT));
        assertThat(answer("remembers", "true", "acme/runs,T")).isEqualTo("1");
        assertThat(answer("remembers", "false", "acme/runs,T")).isEqualTo("1");
        assertThat(answer("remembers", "false", "acme/runs&acme/function/notes,T"))
                .isEqualTo("2");
    }

    @Test
    void aCheckedFunction_leavesNoGuest_whateverItDoes() throws InterruptedException {
        int before = spine.worker.idleMib();
        assertThat(check(ANSWERS)).isEmpty();
        assertThat(check("x = 1\n")).isPresent();
        assertThat(check("import os\nos._exit(3)\n")).isPresent();
        assertThat(spine.worker.idleMib()).isEqualTo(before);
    }

    @Test
    void loading_endsInItsTime() throws InterruptedException {
        assertThat(check("import time\ntime.sleep(15)\n" + ANSWERS))
                .contains("Function execution exceeded the timeout");
    }

    /// As that of a run which another one waits for.
    @Test
    void aRun_endsWithTheTimeThatItHas_howeverLongItsFunctionMayTake() throws InterruptedException {
        String sleeps = "import time\n%s\ndef handle(context, payload):\n    %s\n    return 1\n";
        create("sleeps", sleeps.formatted("", "time.sleep(15)"), Duration.ofSeconds(40));
        create("loads-long", sleeps.formatted("time.sleep(15)", "pass"), Duration.ofSeconds(40));
        for (String name : List.of("sleeps", "loads-long")) {
            assertThat(run(name, Duration.ofSeconds(1)).isTimeout()).as(name).isTrue();
        }
    }

    @Test
    void aRun_whoseTimeIsUpAlready_isNotBegun() throws InterruptedException {
        create("late", "def handle(context, payload):\n    return 1\n", Duration.ofSeconds(40));
        List<GuestSpec> before = spine.driver.started();
        RunEnd end = run("late", Duration.ZERO);
        assertThat(end.fault().orElseThrow().message()).isEqualTo("Did not invoke, already exceeded timeout");
        assertThat(end.isTimeout()).isTrue();
        assertThat(spine.driver.started()).isEqualTo(before);
    }

    @Test
    void aPackageThatIsMissingOrNone_isThePlatformsFault_andTakesNoGuest() throws InterruptedException {
        Digest none = spine.blob(Bytes.utf8("no package")).digest();
        List<GuestSpec> before = spine.driver.started();
        for (Digest digest : List.of(Digest.of(Bytes.utf8("never put")), none)) {
            String name = "without" + digest.hex().substring(0, 8);
            spine.create(
                    name,
                    new FunctionSpec(
                            Runtime.PYTHON3, digest, "hello.handle", Convention.DISPATCH, Limits.DEFAULT, false));
            var fault = exec(name).fault().orElseThrow();
            assertThat(fault.type()).isEqualTo("SystemError");
            assertThat(fault.message()).isEqualTo("the function's package is not readable");
        }
        assertThat(spine.driver.started()).isEqualTo(before);
        assertThat(spine.blobs.open()).isZero();
    }

    @Test
    void aGuest_isStartedWithTheMemoryOfItsFunction_andWithTheLimitsOfAll() throws InterruptedException {
        int before = spine.worker.idleMib();
        spine.create(
                "large",
                spine.python(ANSWERS, "hello.handle", Convention.DISPATCH, new Limits(192, Duration.ofSeconds(10))));
        assertThat(answer("large")).isEqualTo("1");
        assertThat(spine.worker.idleMib() - before).isEqualTo(192);
        List<GuestSpec> started = spine.driver.started();
        assertThat(started.getFirst().memoryMib()).isEqualTo(Limits.MEMORY_MIB_MIN);
        assertThat(started.getLast().memoryMib()).isEqualTo(192);
        assertThat(started)
                .allMatch(guest -> guest.processesMax() == 64 && guest.scratchMib() == 64 && guest.cpuPercent() == 100);
    }

    @Test
    void idleGuests_makeRoomForWhatRuns_andForWhatIsChecked() throws InterruptedException {
        create("first", ANSWERS);
        create("second", ANSWERS);
        exec("first");
        try (var lease = lease(Spine.WORKER_MIB)) {
            exec("second");
            assertThat(spine.worker.idleMib()).isEqualTo(Limits.MEMORY_MIB_MIN);
            assertThat(check(ANSWERS)).isEmpty();
            assertThat(spine.worker.idleMib()).isZero();
            assertThat(lease.memoryMib()).isEqualTo(Spine.WORKER_MIB);
        }
    }

    @Test
    void whatARunLeavesOpen_isClosedWithIt() throws InterruptedException {
        String source = "def handle(event, cloudcall):\n    cloudcall._ask('create_blob', {})\n    return 1\n";
        spine.create("leaves", spine.python(source, "hello.handle", Convention.FAASTEN, Limits.DEFAULT));
        assertThat(answer("leaves")).isEqualTo("1");
        assertThat(spine.blobs.open()).isZero();
    }

    @Test
    void aClosedWorker_leavesNoGuest(@TempDir Path another) throws InterruptedException {
        try (var closing = new Spine(another)) {
            FunctionSpec spec = closing.python(ANSWERS, "hello.handle", Convention.DISPATCH, Limits.DEFAULT);
            closing.create("idles", spec);
            assertThat(closing.exec(caller(), "idles", "{}").output()).isPresent();
            await().until(() -> closing.driver.openMib() == FRESH_MIB + Limits.MEMORY_MIB_MIN);
            closing.worker.close();
            await().until(() -> closing.driver.openMib() == 0);
        }
    }

    /// Its function, or what it loads, may do anything meanwhile.
    @Test
    @Timeout(20) // less than it sleeps
    void aGuestInPreparation_endsWithItsOrganization() throws Exception {
        String source = "import time\ntime.sleep(25)\n" + ANSWERS;
        create("prepares-long", source, Duration.ofSeconds(40));
        FunctionSpec spec = spine.python(source, "hello.handle", Convention.DISPATCH, Limits.DEFAULT);
        int before = spine.driver.openMib();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var run = threads.submit(() -> run("prepares-long", "gone", Duration.ofSeconds(30)));
            var check = threads.submit(() -> spine.worker.check("gone", spec, Duration.ofSeconds(30)));
            await().until(() -> spine.driver.openMib() == before + 2 * Limits.MEMORY_MIB_MIN);
            spine.worker.end("gone");
            assertThat(run.get().fault()).isPresent();
            assertThat(check.get()).isPresent();
        }
        assertThat(run("prepares-long", "gone", Duration.ofSeconds(30)).fault())
                .as("that begins afterwards")
                .isPresent();
    }

    private static Lease lease(int mib) throws InterruptedException {
        var admission = spine.scheduler.acquire("blue", mib, Duration.ofSeconds(1));
        return ((Admission.Granted) admission).lease();
    }

    private static Optional<String> check(String source) throws InterruptedException {
        FunctionSpec spec = spine.python(source, "hello.handle", Convention.DISPATCH, Limits.DEFAULT);
        return spine.worker.check("acme", spec, Duration.ofSeconds(2));
    }

    private static void create(String name, String source) {
        create(name, source, Limits.DEFAULT.timeout());
    }

    private static void create(String name, String source, Duration timeout) {
        spine.create(name, spine.python(source, "hello.handle", Convention.DISPATCH, Spine.limits(timeout)));
    }

    private static RunEnd run(String name, Duration timeMax) throws InterruptedException {
        return run(name, "acme", timeMax);
    }

    private static RunEnd run(String name, String tenant, Duration timeMax) throws InterruptedException {
        Gate gate = caller().run(() -> spine.gates.resolve(Spine.path(name)));
        return gate.taskFor(Label.PUBLIC).run(() -> spine.worker.run(tenant, gate, Jobs.of("1", timeMax), Jobs.ROOM));
    }

    private static Task caller() {
        return Spine.task("acme", "acme/runs");
    }

    private static Content exec(String name) throws InterruptedException {
        return spine.exec(caller(), name, "{}").content().orElseThrow();
    }

    private static String answer(String name) throws InterruptedException {
        return answer(name, "{}", "acme/runs,T");
    }

    private static String answer(String name, String payload, String start) throws InterruptedException {
        return spine.exec(caller(), name, payload, start, Optional.empty())
                .output()
                .orElseThrow()
                .body()
                .utf8();
    }
}
