package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A flood of events, and a server that is killed with -9 again and again: each event that was acknowledged becomes one
/// run, which ends well; events of one key run in their order, one after another.
final class EventKillTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration FLOOD_PATIENCE = Duration.ofMinutes(10);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(4);
    private static final int EMITTERS = 8;
    private static final int KEYED = 20;

    @Test
    void eachAcknowledgedEvent_becomesOneRun_whateverEndsTheServer(@TempDir Path directory) throws Exception {
        flood(directory, 2_000);
    }

    @Test
    @Tag("full")
    void twentyThousandEvents_becomeAsManyRuns(@TempDir Path directory) throws Exception {
        flood(directory, 20_000);
    }

    private static void flood(Path directory, int events) throws Exception {
        try (var server = new KilledServer(directory);
                var emitters = Executors.newVirtualThreadPerTaskExecutor()) {
            create(server);
            var next = new AtomicInteger(KEYED);
            List<Future<Integer>> emitting = new ArrayList<>();
            emitting.add(emitters.submit(
                    () -> emitAll(server, IntStream.range(0, KEYED).iterator()::next, KEYED)));
            for (int i = 0; i < EMITTERS; i++) {
                emitting.add(emitters.submit(() -> emitAll(server, next::getAndIncrement, events)));
            }
            int kills = 0;
            while (emitting.stream().anyMatch(one -> !one.isDone()) || kills < 2) {
                await().pollDelay(BETWEEN_KILLS).until(() -> true);
                server.killAndRestart();
                kills++;
            }
            int acknowledged = 0;
            for (Future<Integer> one : emitting) {
                acknowledged += one.get();
            }
            assertThat(acknowledged).isEqualTo(events);
            await().atMost(FLOOD_PATIENCE)
                    .pollInterval(Duration.ofSeconds(2))
                    .until(() -> runs(server), runs -> runs.size() >= events && isOver(runs));
            List<JsonNode> runs = runs(server);
            assertThat(runs).hasSize(events);
            assertThat(runs.stream().map(EventKillTest::number).distinct()).hasSize(events);
            assertThat(runs)
                    .allSatisfy(run -> assertThat(run.path("status").asString()).isEqualTo("READY"));
            requireOrder(runs);
        }
    }

    /// Ids of runs are in the order of time.
    private static void requireOrder(List<JsonNode> runs) {
        var keyed = new TreeMap<String, JsonNode>();
        runs.stream()
                .filter(run -> number(run) < KEYED)
                .forEach(run -> keyed.put(run.path("name").asString(), run));
        assertThat(keyed.values().stream().map(EventKillTest::number))
                .containsExactlyElementsOf(IntStream.range(0, KEYED).boxed().toList());
    }

    private static boolean isOver(List<JsonNode> runs) {
        return runs.stream().allMatch(run -> run.path("status").asString().matches("READY|ERROR"));
    }

    private static int number(JsonNode run) {
        return run.path("input").path("n").asInt(-1);
    }

    /// Emits one after another; one that was not acknowledged again.
    private static int emitAll(KilledServer server, Callable<Integer> next, int end) throws Exception {
        int acknowledged = 0;
        for (int left = end; left > 0; left--) {
            int number = next.call();
            if (number >= end) {
                return acknowledged;
            }
            await().atMost(FLOOD_PATIENCE)
                    .pollInterval(Duration.ofMillis(100))
                    .pollDelay(Duration.ZERO)
                    .until(() -> isAcknowledged(server, number));
            acknowledged++;
        }
        return acknowledged;
    }

    private static boolean isAcknowledged(KilledServer server, int number) throws InterruptedException {
        String key = number < KEYED ? ",\"extensions\":{\"partitionkey\":\"k\"}" : "";
        try {
            return server.post(
                                    "/v1/event",
                                    "{\"eventType\":\"flood\",\"cloudEventsVersion\":\"0.1\",\"source\":\"test\","
                                            + "\"eventID\":\"" + number + "\",\"data\":{\"n\":" + number + "}" + key
                                            + "}")
                            .status()
                    == 200;
        } catch (IOException gone) {
            return false;
        }
    }

    private static List<JsonNode> runs(KilledServer server) throws Exception {
        var all = new ArrayList<JsonNode>();
        JsonNode page = server.get("/v1/runs?functionName=counted").json();
        while (!page.isEmpty()) {
            page.forEach(all::add);
            page = server.get("/v1/runs?functionName=counted&after="
                            + all.getLast().path("name").asString())
                    .json();
        }
        return all;
    }

    private static void create(KilledServer server) throws Exception {
        String source = "def handle(context, payload):\n    return payload\n";
        assertThat(server.post("/v1/function", ApiServer.function("counted", "python3", "counted.py", source, ""))
                        .status())
                .isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> server.get("/v1/function/counted")
                        .json()
                        .path("status")
                        .asString()
                        .equals("READY"));
        assertThat(server.post(
                                "/v1/event/subscriptions",
                                "{\"name\":\"s\",\"eventType\":\"flood\",\"function\":\"counted\"}")
                        .status())
                .isEqualTo(201);
    }
}
