package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of the server while pip builds what an image needs.
final class KilledBuildTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void aBuildThatWasKilled_leavesNoProcess_andBeginsAgain(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/pip")), "python3-pip is not installed");
        String seconds = "9" + System.nanoTime() % 100_000_000;
        try (var indexes = new PackageIndexes();
                var server = new KilledServer(
                        directory,
                        List.of(
                                "--package-index", "python=" + indexes.url() + "/simple/",
                                "--package-index", "python=" + indexes.url() + "/files/"))) {
            String endless = "import os\nos.execv('/usr/bin/sleep', ['sleep', '" + seconds + "'])\n";
            indexes.sdist("slow", "1.0", endless);
            post(
                    server,
                    "/v1/baseimage",
                    "{\"name\":\"py\",\"dockerUrl\":\"dispatchframework/python3-base\",\"language\":\"python3\"}");
            post(
                    server,
                    "/v1/image",
                    "{\"name\":\"i\",\"baseImageName\":\"py\",\"runtimeDependencies\":{\"manifest\":\"slow==1.0\"}}");
            await().atMost(PATIENCE).until(() -> isRunning(seconds));
            assertThat(status(server)).isEqualTo("CREATING");

            indexes.wheel("slow", "1.0", Map.of("slow.py", "WORD = 'done'\n"));
            server.killAndRestart();
            assertThat(isRunning(seconds)).as("what the build had started").isFalse();
            await().atMost(PATIENCE).until(() -> !status(server).equals("CREATING"));
            assertThat(status(server)).isEqualTo("READY");
            post(
                    server,
                    "/v1/function",
                    ApiServer.function(
                            "f",
                            "i",
                            "f.py",
                            "import slow\ndef handle(context, payload):\n    return slow.WORD\n",
                            ""));
            await().atMost(PATIENCE)
                    .until(() -> server.get("/v1/function/f").body().contains("\"status\":\"READY\""));
            assertThat(server.post("/v1/runs?functionName=f", "{\"blocking\":true}")
                            .body())
                    .contains("\"output\":\"done\"");
        }
    }

    private static void post(KilledServer server, String at, String body) throws Exception {
        KilledServer.Answer answer = server.post(at, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    private static String status(KilledServer server) throws Exception {
        return server.get("/v1/image/i").json().path("status").asString("");
    }

    private static boolean isRunning(String seconds) {
        return ProcessHandle.allProcesses()
                .anyMatch(one -> one.info()
                        .commandLine()
                        .filter(line -> line.endsWith("sleep " + seconds))
                        .isPresent());
    }
}
