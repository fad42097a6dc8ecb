package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// One organization sends and runs as much as it can, another one goes on as if it were alone.
final class FloodTest extends ApiTest {
    private static final String WAIT = "{\"blocking\":true,\"input\":{}}";
    private static final String LATER = "{\"blocking\":false,\"input\":{}}";
    private static final String NAP = "import time\n\ndef handle(ctx, payload):\n    time.sleep(0.2)\n    return 1\n";
    private static final String QUICK = "def handle(ctx, payload):\n    return 1\n";

    private Asker quiet;

    @BeforeAll
    void start() {
        quiet = developer("quiet", QUICK);
    }

    @Test
    void aFloodOfRuns_isRefusedAtItsOwnLimits_andNobodyElseIs() throws Exception {
        Asker flood = developer("runs", NAP);
        limit("runs", "{\"concurrentRuns\":2,\"queuedRuns\":4,\"requestsPerSecond\":1000000}");
        var seen = new ConcurrentLinkedQueue<Answer>();
        var isOver = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Closeable _ = () -> isOver.set(true)) {
            flooding(threads, isOver, 24, () -> seen.add(api.post(flood, "/v1/runs?functionName=f", WAIT)));
            flooding(threads, isOver, 4, () -> seen.add(api.post(flood, "/v1/runs?functionName=f", LATER)));
            await().until(() -> seen.stream().anyMatch(answer -> answer.status() == 429));
            for (int i = 0; i < 10; i++) {
                assertThat(api.post(quiet, "/v1/runs?functionName=f", WAIT).status())
                        .isEqualTo(200);
                assertThat(api.post(quiet, "/v1/runs?functionName=f", LATER).status())
                        .isEqualTo(202);
                var used = api.get(new Asker(root.token(), "runs"), "/v1/iam/quota")
                        .json()
                        .path("used");
                assertThat(used.path("concurrentRuns").asInt()).isLessThanOrEqualTo(2);
                assertThat(used.path("queuedRuns").asInt()).isLessThanOrEqualTo(4 + 2);
            }
            await().until(() -> seen.stream().map(Answer::status).toList().containsAll(List.of(200, 202)));
        }
        assertThat(seen).extracting(Answer::status).containsOnly(200, 202, 429).contains(200, 202, 429);
        seen.stream()
                .filter(answer -> answer.status() == 429)
                .forEach(answer -> QuotaRoutesTest.refused(answer, "--queued-runs N", "1"));
    }

    @Test
    void memoryOfItsRuns_isBounded_andAFunctionThatNeverFits_isRefusedAtOnce() throws Exception {
        Asker flood = developer("memory", NAP);
        limit("memory", "{\"memoryMib\":64}");
        QuotaRoutesTest.refused(api.post(flood, "/v1/runs?functionName=f", WAIT), "--memory-mib N", "1");
        limit("memory", "{\"memoryMib\":null}");
        assertThat(api.post(flood, "/v1/runs?functionName=f", WAIT).status()).isEqualTo(200);
    }

    @Test
    void bytesThatItsRunsWereGiven_areBounded_untilTheyHaveEnded() throws Exception {
        Asker flood = developer("bytes", NAP);
        limit("bytes", "{\"queuedMib\":1,\"concurrentRuns\":1}");
        String large = "{\"blocking\":false,\"input\":{\"x\":\"" + "x".repeat(700_000) + "\"}}";
        assertThat(api.post(flood, "/v1/runs?functionName=f", large).status()).isEqualTo(202);
        QuotaRoutesTest.refused(api.post(flood, "/v1/runs?functionName=f", large), "--queued-mib N", "1");
        assertThat(api.post(quiet, "/v1/runs?functionName=f", large).status()).isEqualTo(202);
        await().until(() -> api.post(flood, "/v1/runs?functionName=f", large).status() == 202);
    }

    @Test
    void aFloodOfRequests_isRefusedAtItsOwnLimit_andNobodyElseIs() throws Exception {
        Asker flood = api.developer("requests", "function");
        limit("requests", "{\"requestsPerSecond\":3}");
        var seen = new ConcurrentLinkedQueue<Answer>();
        var isOver = new AtomicBoolean();
        List<Integer> quietly = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Closeable _ = () -> isOver.set(true)) {
            flooding(threads, isOver, 8, () -> seen.add(api.get(flood, "/v1/function")));
            await().until(() ->
                    seen.stream().filter(answer -> answer.status() == 429).count() > 20);
            for (int i = 0; i < 50; i++) {
                quietly.add(api.get(quiet, "/v1/function").status());
            }
        }
        assertThat(quietly).containsOnly(200);
        assertThat(seen).extracting(Answer::status).containsOnly(200, 429).contains(200);
        seen.stream()
                .filter(answer -> answer.status() == 429)
                .forEach(answer -> QuotaRoutesTest.refused(answer, "--requests-per-second N", "1"));
    }

    /// A caller from elsewhere pays at home, and so does a Faasten door.
    @Test
    void requestsAreCharged_whereTheCallerIsAtHome() throws Exception {
        Asker tight = api.developer("tight", "*");
        api.developer("visited", "*");
        limit("tight", "{\"requestsPerSecond\":1}");
        var abroad = new Asker(root.token(), "tight");
        for (int i = 0; i < 10; i++) {
            assertThat(api.get(abroad, "/v1/function").status()).isEqualTo(200);
        }
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> api.get(tight, "/me").status() == 429);
        await().until(() -> api.get(tight, "/faasten/fs/~?op=stat").status() != 429);
    }

    @Test
    void aRequestThatIsForbidden_isChargedAtHome_andNotWhereItWasSent() {
        Asker prober = api.developer("prober", "*");
        Asker probed = api.developer("probed", "*");
        limit("prober", "{\"requestsPerSecond\":1}");
        limit("probed", "{\"requestsPerSecond\":1}");
        for (String elsewhere : List.of("probed", "nowhere")) {
            var abroad = new Asker(prober.token(), elsewhere);
            assertThat(api.get(abroad, "/v1/function").status()).isIn(403, 429);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> api.get(abroad, "/v1/function").status() == 429);
        }
        assertThat(api.get(probed, "/v1/function").status()).isEqualTo(200);
    }

    private Asker developer(String organization, String source) {
        Asker asker = api.developer(organization, "*");
        assertThat(api.post(asker, "/v1/function", ApiServer.python("f", source))
                        .status())
                .isEqualTo(201);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> api.get(asker, "/v1/function/f").text("status").equals("READY"));
        return asker;
    }

    private void limit(String organization, String limits) {
        assertThat(api.put(root, "/v1/iam/organization/" + organization + "/quota", limits)
                        .status())
                .isEqualTo(200);
    }

    private static void flooding(ExecutorService threads, AtomicBoolean isOver, int senders, Runnable send) {
        for (int i = 0; i < senders; i++) {
            threads.execute(() -> {
                while (!isOver.get()) {
                    send.run();
                }
            });
        }
    }
}
