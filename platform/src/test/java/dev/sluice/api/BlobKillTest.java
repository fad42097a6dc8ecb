package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that is killed with -9 during an upload, between one and its run, and while that waits or runs.
final class BlobKillTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int LARGE_BYTES = 8 << 20;
    private static final int GIANT_BYTES = 200 << 20;

    private static final String COUNTS = """
            import time
            def handle(context, payload):
                time.sleep(payload.get('sleeps', 0))
                return len(context.input.read())
            """;

    @Test
    void whatWasAcknowledged_isThere_andWhatWasNot_leavesNothing(@TempDir Path directory) throws Exception {
        try (var server = new KilledServer(directory)) {
            assertThat(server.post("/v1/function", ApiServer.python("counts", COUNTS))
                            .status())
                    .isEqualTo(201);
            await().atMost(PATIENCE)
                    .until(() -> server.get("/v1/function/counts").body().contains("\"READY\""));
            String id = server.post("/v1/blob", "x".repeat(LARGE_BYTES))
                    .json()
                    .path("id")
                    .asString();
            Thread cut = Thread.ofVirtual().start(() -> {
                try {
                    server.post("/v1/blob", "y".repeat(GIANT_BYTES));
                } catch (IOException | InterruptedException gone) {
                    // The server was killed.
                }
            });
            Path incoming = directory.resolve("data/blobs/incoming");
            await().atMost(PATIENCE).until(() -> count(incoming) > 0);
            server.killAndRestart();
            cut.join();
            assertThat(count(incoming)).isZero();
            assertThat(server.get("/v1/blob/" + id).body()).hasSize(LARGE_BYTES);

            String run =
                    server.run("counts", body(id, 3), "k").json().path("name").asString();
            server.killAndRestart();
            assertThat(server.run("counts", body(id, 3), "k")
                            .json()
                            .path("name")
                            .asString())
                    .isEqualTo(run);
            await().atMost(PATIENCE)
                    .until(() -> server.get("/v1/runs/" + run).body().matches("(?s).*\"(READY|ERROR)\".*"));
            String late =
                    server.run("counts", body(id, 0), "l").json().path("name").asString();
            await().atMost(PATIENCE)
                    .until(() -> server.get("/v1/runs/" + late).body().contains("\"output\":" + LARGE_BYTES));
        }
    }

    private static String body(String id, int sleeps) {
        return "{\"blocking\":false,\"input\":{\"sleeps\":" + sleeps + "},\"inputRef\":\"" + id + "\"}";
    }

    private static long count(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.count();
        }
    }
}
