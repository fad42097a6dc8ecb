package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.testing.Sink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PrimitiveIterator;
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
import tools.jackson.databind.json.JsonMapper;

/// A flood of events, and a server that is killed with -9 again and again: each event that was acknowledged becomes one
/// run, which ends well, and arrives at a receiver that outlives each server; events of one key run and arrive in their
/// order, one after another, while those of other keys overtake them.
final class EventKillTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration FLOOD_PATIENCE = Duration.ofMinutes(10);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(4);
    private static final int EMITTERS = 8;
    private static final int KEYS = 4;
    private static final int OF_ONE_KEY = 20;
    private static final int KEYED = KEYS * OF_ONE_KEY;

    /// Events of a subscription that are under way at a time: what may have arrived before an earlier one, which the
    /// next server begins with (docs/design/events.md).
    private static final int UNDER_WAY = 256;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void eachAcknowledgedEvent_becomesOneRun_whateverEndsTheServer(@TempDir Path directory) throws Exception {
        flood(directory, 300);
    }

    @Test
    @Tag("full")
    void twentyThousandEvents_becomeAsManyRuns(@TempDir Path directory) throws Exception {
        flood(directory, 20_000);
    }

    private static void flood(Path directory, int events) throws Exception {
        try (Sink receiver = Sink.http(directory);
                var server = new KilledServer(directory, egress(receiver));
                var emitters = Executors.newVirtualThreadPerTaskExecutor()) {
            receiver.answer(_ -> Sink.ok(""));
            create(server, receiver);
            var next = new AtomicInteger(KEYED);
            List<Future<Integer>> emitting = new ArrayList<>();
            for (int key = 0; key < KEYS; key++) {
                PrimitiveIterator.OfInt numbers = ofKey(key).iterator();
                emitting.add(emitters.submit(() -> emitAll(server, numbers::next, OF_ONE_KEY, events)));
            }
            for (int i = 0; i < EMITTERS; i++) {
                emitting.add(emitters.submit(() -> emitAll(server, next::getAndIncrement, events, events)));
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
            for (int key = 0; key < KEYS; key++) {
                assertThat(numbers(runs, key)).containsExactlyElementsOf(list(key));
            }
            requireArrived(receiver, events, kills);
        }
    }

    /// A delivery that a kill broke off is made once more, before the next one of its key, as are those that had
    /// overtaken it. So a key goes back where a server ends, once more if that one's last delivery comes after the
    /// first of the next one, and nowhere else.
    private static void requireArrived(Sink receiver, int events, int kills) {
        await().atMost(FLOOD_PATIENCE)
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> arrived(receiver).stream().distinct().count() >= events);
        List<Integer> arrived = arrived(receiver);
        assertThat(arrived.stream().distinct()).hasSize(events);
        assertThat(arrived).hasSizeLessThanOrEqualTo(events + kills * UNDER_WAY);
        for (int key = 0; key < KEYS; key++) {
            List<Integer> expected = list(key);
            List<Integer> there = arrived.stream().filter(expected::contains).toList();
            assertThat(IntStream.range(1, there.size()).filter(i -> there.get(i) < there.get(i - 1)))
                    .hasSizeLessThanOrEqualTo(2 * kills);
            assertThat(there.stream().distinct().toList()).isEqualTo(expected);
        }
        assertThat(arrived.indexOf(KEYED - OF_ONE_KEY)).isLessThan(arrived.lastIndexOf(OF_ONE_KEY - 1));
    }

    private static List<Integer> arrived(Sink receiver) {
        return receiver.received().stream()
                .map(one -> JSON.readTree(one.body()).path("data").path("n").asInt(-1))
                .toList();
    }

    private static IntStream ofKey(int key) {
        return IntStream.range(key * OF_ONE_KEY, (key + 1) * OF_ONE_KEY);
    }

    private static List<Integer> list(int key) {
        return ofKey(key).boxed().toList();
    }

    /// Of one key, in the order in which they began: ids of runs are in the order of time.
    private static List<Integer> numbers(List<JsonNode> runs, int key) {
        var ordered = new TreeMap<String, Integer>();
        runs.stream()
                .filter(run -> number(run) / OF_ONE_KEY == key)
                .forEach(run -> ordered.put(run.path("name").asString(), number(run)));
        return List.copyOf(ordered.values());
    }

    private static List<String> egress(Sink receiver) {
        return List.of("--egress-allow", "localhost", "--egress-permit", "localhost:" + receiver.port());
    }

    private static boolean isOver(List<JsonNode> runs) {
        return runs.stream().allMatch(run -> run.path("status").asString().matches("READY|ERROR"));
    }

    private static int number(JsonNode run) {
        return run.path("input").path("n").asInt(-1);
    }

    /// Emits one after another, at most so many; one that was not acknowledged again.
    private static int emitAll(KilledServer server, Callable<Integer> next, int most, int end) throws Exception {
        int acknowledged = 0;
        for (int left = most; left > 0; left--) {
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
        String key = number < KEYED ? ",\"extensions\":{\"partitionkey\":\"k" + number / OF_ONE_KEY + "\"}" : "";
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

    private static void create(KilledServer server, Sink receiver) throws Exception {
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
        String sink = "{\"name\":\"out\",\"eventType\":\"flood\",\"sink\":{\"url\":\"http://localhost:"
                + receiver.port() + "/\"}}";
        assertThat(server.post("/v1/event/subscriptions", sink).status()).isEqualTo(201);
    }
}
