package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `kill -9` of the server while it works. What it had acknowledged is there after a restart, no run stays in
/// progress, and no guest of the old process survives.
final class CrashTest {
    private static final int ROUNDS = 3;
    private static final int RUNS_A_ROUND = 6;
    private static final Duration GONE = Duration.ofSeconds(20);
    private static final Duration SETTLED = Duration.ofSeconds(60);
    private static final Pattern ID = Pattern.compile("\"name\"\\s*:\\s*\"([0-9a-f-]{36})\"");
    private static final Pattern STATUS = Pattern.compile("\"status\"\\s*:\\s*\"([A-Z]+)\"");

    @Test
    void afterAKill_everythingAcknowledgedIsThere_andNothingElseIsLeft() throws IOException, InterruptedException {
        var random = new Random(Long.getLong("seed", 42));
        try (var sluice = new Launcher()) {
            sluice.run("up", "--detach").succeeds();
            Path slow = source(sluice, "slow.py", "import time\ndef handle(c, p):\n    time.sleep(p)\n    return p\n");
            sluice.run("create", "function", "slow", slow.toString(), "--image", "python3")
                    .succeeds();
            awaitReady(sluice, "slow");
            var accepted = new ArrayList<String>();
            for (int round = 0; round < ROUNDS; round++) {
                String name = "f" + round;
                Path file = source(sluice, name + ".txt", "round " + round);
                sluice.run("create", "function", name, slow.toString(), "--image", "python3")
                        .succeeds();
                sluice.run("fs", "put", "~:" + name, file.toString()).succeeds();
                for (int i = 0; i < RUNS_A_ROUND; i++) {
                    accepted.add(id(sluice.run("exec", "slow", "--input", "0." + i, "-o", "json")
                            .succeeds()
                            .out()));
                }
                accepted.add(id(sluice.run("exec", "slow", "--wait", "--input", "0", "-o", "json")
                        .succeeds()
                        .out()));
                Thread.sleep(100 + random.nextInt(100));
                killAndAwaitItsGuests(sluice);
                sluice.run("up", "--detach").succeeds();
                assertThat(sluice.run("fs", "cat", "~:" + name).succeeds().out())
                        .isEqualTo("round " + round);
                awaitReady(sluice, name);
            }
            assertThat(accepted).doesNotHaveDuplicates();
            for (String run : accepted) {
                await().atMost(SETTLED)
                        .untilAsserted(() -> assertThat(statusOf(sluice, run)).isIn("READY", "ERROR"));
            }
        }
    }

    private static void killAndAwaitItsGuests(Launcher sluice) throws IOException {
        ProcessHandle server = sluice.server();
        List<ProcessHandle> below = server.descendants().toList();
        assertThat(below).as("the launcher of guests and some guests").hasSizeGreaterThan(2);
        server.destroyForcibly();
        await().atMost(GONE).untilAsserted(() -> assertThat(below).noneMatch(ProcessHandle::isAlive));
    }

    private static void awaitReady(Launcher sluice, String function) {
        await().atMost(SETTLED)
                .untilAsserted(() -> assertThat(status(sluice.run("get", "function", function, "-o", "json")))
                        .isEqualTo("READY"));
    }

    private static String statusOf(Launcher sluice, String run) throws IOException, InterruptedException {
        return status(sluice.run("get", "run", "slow", run, "-o", "json"));
    }

    private static String status(Launcher.Result result) {
        Matcher matcher = STATUS.matcher(result.succeeds().out());
        assertThat(matcher.find()).as(result.out()).isTrue();
        return matcher.group(1);
    }

    private static String id(String json) {
        Matcher matcher = ID.matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return matcher.group(1);
    }

    private static Path source(Launcher sluice, String name, String text) throws IOException {
        return Files.writeString(sluice.home().resolve(name), text);
    }
}
