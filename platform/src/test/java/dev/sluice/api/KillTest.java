package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.KilledServer.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `kill -9` in the middle of creates, updates, deletions, builds and runs: what was acknowledged is there afterwards,
/// and nothing is on its way forever.
final class KillTest {
    private static final int ROUNDS = Integer.getInteger("kills", 1);
    private static final int ACKNOWLEDGED_MIN = 15;
    private static final long BETWEEN_RUNS_MILLIS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Set<String> SETTLED = Set.of("READY", "ERROR");

    /// What was acknowledged, by where it is, and what must be there: a status of those, or none.
    private final Map<String, Set<String>> acknowledged = new ConcurrentHashMap<>();

    private final AtomicInteger version = new AtomicInteger();

    @Test
    void whatWasAcknowledged_isThereAfterAKill_andNothingIsOnItsWayForever(@TempDir Path directory) throws Exception {
        try (var server = new KilledServer(directory)) {
            assertThat(server.post("/v1/function", python("steady", "payload")).status())
                    .isEqualTo(201);
            assertThat(server.post("/v1/function", python("changed", "0")).status())
                    .isEqualTo(201);
            awaitSettled(server, "/v1/function");
            for (int round = 0; round < ROUNDS; round++) {
                workUntilKilled(server, "r" + round + "x", made() + ACKNOWLEDGED_MIN);
                awaitSettled(server, "/v1/function");
                awaitSettled(server, "/v1/baseimage");
                awaitSettled(server, "/v1/image");
                for (var one : acknowledged.entrySet()) {
                    if (one.getKey().startsWith("/v1/runs/")) {
                        await().atMost(PATIENCE).until(() -> SETTLED.contains(status(server.get(one.getKey()))));
                    }
                    Answer there = server.get(one.getKey());
                    assertThat(status(there))
                            .as(() -> one.getKey() + " is " + there.body())
                            .isIn(one.getValue());
                }
                Answer run = server.post("/v1/runs?functionName=changed", "{\"blocking\":true}");
                assertThat(run.json().path("output").asInt(-1))
                        .as("the version that was acknowledged last, or the one after it")
                        .isBetween(version.get(), version.get() + 1);
            }
        }
    }

    private void workUntilKilled(KilledServer server, String prefix, long enough) throws Exception {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = List.of(
                    clients.submit(() -> untilGone(i -> functions(server, prefix + i))),
                    clients.submit(() -> untilGone(i -> images(server, prefix + i))),
                    clients.submit(() -> untilGone(_ -> update(server))),
                    clients.submit(() -> untilGone(_ -> submit(server))));
            await().atMost(PATIENCE).until(() -> made() >= enough);
            server.killAndRestart();
            clients.shutdownNow();
            for (Future<?> client : all) {
                try {
                    client.get();
                } catch (ExecutionException failed) {
                    assertThat(failed.getCause()).isInstanceOfAny(IOException.class, InterruptedException.class);
                }
            }
        }
    }

    /// How many things that are no runs were acknowledged.
    private long made() {
        return acknowledged.keySet().stream()
                .filter(at -> !at.startsWith("/v1/runs"))
                .count();
    }

    /// What one client does again and again.
    @FunctionalInterface
    private interface Step {
        void take(int number) throws IOException, InterruptedException;
    }

    /// The connection breaks when the server is killed.
    private static Void untilGone(Step step) throws IOException, InterruptedException {
        for (int i = 0; ; i++) {
            step.take(i);
        }
    }

    /// Makes some, and deletes each second one again.
    private void functions(KilledServer server, String name) throws IOException, InterruptedException {
        String at = "/v1/function/" + name;
        if (server.post("/v1/function", python(name, "1")).status() == 201) {
            acknowledged.put(at, Set.of("READY"));
        }
        if (name.endsWith("1")) {
            acknowledged.put(at, Set.of("READY", "NONE"));
            if (server.send("DELETE", at, "").status() == 200) {
                acknowledged.put(at, Set.of("NONE"));
            }
        }
        String secret = "{\"name\":\"" + name + "\",\"secrets\":{\"key\":\"" + name + "\"}}";
        if (server.post("/v1/secret", secret).status() == 201) {
            acknowledged.put("/v1/secret/" + name, Set.of(""));
        }
    }

    private void images(KilledServer server, String name) throws IOException, InterruptedException {
        String base = "{\"name\":\"" + name + "\",\"dockerUrl\":\"dispatchframework/python3-base:0.0.13-knative\","
                + "\"language\":\"python3\"}";
        if (server.post("/v1/baseimage", base).status() == 201) {
            acknowledged.put("/v1/baseimage/" + name, Set.of("READY"));
        }
        String image = "{\"name\":\"" + name + "\",\"baseImageName\":\"" + name + "\"}";
        if (server.post("/v1/image", image).status() == 201) {
            acknowledged.put("/v1/image/" + name, Set.of("READY"));
        }
    }

    private void update(KilledServer server) throws IOException, InterruptedException {
        int next = version.get() + 1;
        Answer answer = server.send("PUT", "/v1/function/changed", python("changed", Integer.toString(next)));
        if (answer.status() == 200) {
            version.set(next);
        }
    }

    private void submit(KilledServer server) throws IOException, InterruptedException {
        Thread.sleep(BETWEEN_RUNS_MILLIS);
        Answer answer = server.post("/v1/runs?functionName=steady", "{\"input\":1}");
        if (answer.status() == 202) {
            acknowledged.put("/v1/runs/" + answer.json().path("name").asString(), SETTLED);
        }
    }

    private static void awaitSettled(KilledServer server, String list) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                StreamSupport.stream(server.get(list).json().spliterator(), false)
                                        .map(one -> one.path("name").asString() + " "
                                                + one.path("status").asString()))
                        .allMatch(one -> SETTLED.contains(one.substring(one.indexOf(' ') + 1))));
    }

    /// Empty of what has none; `NONE` of what is not there.
    private static String status(Answer answer) {
        JsonNode body = answer.json();
        return answer.status() == 404 ? "NONE" : body.path("status").asString("");
    }

    private static String python(String name, String returned) {
        return ApiServer.python(name, "def handle(context, payload):\n    return " + returned + "\n");
    }
}
