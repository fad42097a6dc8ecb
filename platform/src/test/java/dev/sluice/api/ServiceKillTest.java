package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.KilledServer.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `kill -9` while service instances are made and deleted: those that were acknowledged are there afterwards, whole.
final class ServiceKillTest {
    private static final int CLIENTS = 4;
    private static final int ACKNOWLEDGED_MIN = 40;
    private static final int BOUND_MAX = 24;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String INSTANCES = "/v1/serviceinstance";

    private static final String READER = """
            def handle(context, payload):
                bound = context['serviceBindings']
                return sorted(bound[name]['word'] + ' ' + bound[name]['password'] for name in bound)
            """;

    private static final String LABELS = """
            def handle(names, cloudcall):
                home = 'home:<dispatch/serviceinstance,dispatch/serviceinstance>:'
                return {name: (cloudcall.fs_stat(home + name) or {}).get('label') for name in names}
            """;

    private final Set<String> made = ConcurrentHashMap.newKeySet();
    private final Set<String> gone = ConcurrentHashMap.newKeySet();

    @Test
    void whatWasAcknowledged_isThereAfterAKill_withItsLabelAndWhatWasSealed(@TempDir Path directory) throws Exception {
        try (var server = new KilledServer(directory)) {
            String secret = "{\"name\":\"db\",\"secrets\":{\"password\":\"correct-horse\"}}";
            assertThat(server.post("/v1/secret", secret).status()).isEqualTo(201);
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int client = 0; client < CLIENTS; client++) {
                    String prefix = "i" + client + "x";
                    var _ = clients.submit(() -> untilGone(server, prefix));
                }
                await().atMost(PATIENCE).until(() -> made.size() >= ACKNOWLEDGED_MIN);
                server.killAndRestart();
                clients.shutdownNow();
                assertThat(clients.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
            for (String name : gone) {
                assertThat(server.get(INSTANCES + "/" + name).status()).isEqualTo(404);
            }
            for (String name : made) {
                Answer there = server.get(INSTANCES + "/" + name);
                assertThat(there.status()).as(name).isEqualTo(200);
                assertThat(there.json().path("parameters").path("word").asString())
                        .isEqualTo("word-" + name);
            }
            requireLabeled(server, made);
            requireWhole(server, made.stream().limit(BOUND_MAX).toList());
        }
    }

    /// The connection breaks when the server is killed.
    private Void untilGone(KilledServer server, String prefix) throws IOException, InterruptedException {
        for (int i = 0; ; i++) {
            String name = prefix + i;
            String body = "{\"name\":\"" + name + "\",\"serviceClass\":\"user-provided-service\","
                    + "\"servicePlan\":\"default\",\"parameters\":{\"word\":\"word-" + name + "\"},"
                    + "\"secretParameters\":[\"db\"]}";
            boolean isMade = server.post(INSTANCES, body).status() == 201;
            if (isMade && i % 4 != 0) {
                made.add(name);
            } else if (isMade
                    && server.send("DELETE", INSTANCES + "/" + name, "").status() == 200) {
                gone.add(name);
            }
        }
    }

    /// As a function sees them that reads where they are listed.
    private static void requireLabeled(KilledServer server, Set<String> names) throws Exception {
        create(server, "labels", LABELS, ",\"convention\":\"faasten\"");
        Answer run = server.post(
                "/v1/runs?functionName=labels", "{\"blocking\":true,\"input\":[" + quoted(List.copyOf(names)) + "]}");
        JsonNode labels = run.json().path("output");
        for (String name : names) {
            assertThat(labels.path(name).asString(""))
                    .as(run.body())
                    .isEqualTo("dispatch/serviceinstance/" + name + ",dispatch/serviceinstance");
        }
    }

    /// A function that is bound to them gets what they were given, and what was sealed with it.
    private static void requireWhole(KilledServer server, List<String> names) throws Exception {
        create(server, "reads", READER, ",\"services\":[" + quoted(names) + "]");
        Answer run = server.post("/v1/runs?functionName=reads", "{\"blocking\":true}");
        assertThat(run.json().path("output"))
                .as(run.body())
                .extracting(JsonNode::asString)
                .containsExactlyElementsOf(names.stream()
                        .map(name -> "word-" + name + " correct-horse")
                        .sorted()
                        .toList());
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(","));
    }

    private static void create(KilledServer server, String name, String source, String more) throws Exception {
        Answer created = server.post("/v1/function", ApiServer.function(name, "python3", name + ".py", source, more));
        assertThat(created.status()).as(created.body()).isEqualTo(201);
    }
}
