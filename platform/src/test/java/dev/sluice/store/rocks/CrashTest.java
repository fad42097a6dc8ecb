package dev.sluice.store.rocks;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process of its own writes, says on its standard output what was acknowledged, and dies.
@Timeout(180)
final class CrashTest {
    private static final int ROUNDS = 4;
    private static final long BEHIND_MILLIS_MAX = 100;

    /// The files that the process with a full disk may write, in KiB.
    private static final int FULL_DISK_KIB = 6 << 10;

    @TempDir
    Path directory;

    @Test
    void aKilledProcess_losesNothingAcknowledged_andLittleOfWhatItCommittedBehind() throws Exception {
        var random = new Random();
        for (int round = 0; round < ROUNDS; round++) {
            Process process = start("exec \"$@\"", "write", "r" + round);
            var report = new Report();
            long killNanos = 0;
            try (BufferedReader lines = process.inputReader()) {
                while (killNanos == 0 || System.nanoTime() < killNanos) {
                    report.add(lines.readLine());
                    if (killNanos == 0) {
                        killNanos = System.nanoTime() + random.nextLong(1_000_000_000);
                    }
                }
                long killMillis = System.currentTimeMillis();
                process.toHandle().destroyForcibly(); // the Process would close its output, too
                lines.lines().forEach(report::add);
                process.waitFor();
                try (Store store = open()) {
                    report.check(store, killMillis);
                }
            }
            assertThat(report.acknowledged).isNotEmpty();
        }
    }

    @Test
    void aStoreWhoseDiskIsFull_refusesEverything_andLosesNothingAcknowledged() throws Exception {
        Process process = start("ulimit -f " + FULL_DISK_KIB + "; exec \"$@\"", "fill", "f");
        var report = new Report();
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(report::add);
        }
        assertThat(process.waitFor()).isZero();
        assertThat(report.refusals).containsExactly("commit", "commit again", "commitBehind", "get", "scan");
        assertThat(report.acknowledged).isNotEmpty();
        try (Store store = open()) {
            report.check(store, 0);
        }
    }

    private Process start(String shell, String mode, String prefix) throws IOException {
        return new ProcessBuilder(
                        "/bin/bash",
                        "-c",
                        shell,
                        "bash",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingWriter.class.getName(),
                        mode,
                        directory.resolve("store").toString(),
                        RocksStoreTest.LIBRARIES.toString(),
                        prefix)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private Store open() {
        return new RocksStore(directory.resolve("store"), RocksStoreTest.LIBRARIES);
    }

    /// What the process said. A line counts only if it is whole: `WORD ARGUMENT... .`
    private static final class Report {
        private final List<String> acknowledged = new ArrayList<>();
        private final List<String> behind = new ArrayList<>();
        private final List<Long> behindMillis = new ArrayList<>();
        private final List<String> refusals = new ArrayList<>();
        private int behindSettled;
        private long slowestMillis;

        void add(String line) {
            assertThat(line).as("a line from the process").isNotNull();
            if (!line.endsWith(" .")) {
                return;
            }
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "ACKNOWLEDGED" -> {
                    acknowledged.add(words[1]);
                    slowestMillis = Math.max(slowestMillis, NANOSECONDS.toMillis(Long.parseLong(words[2])));
                }
                case "BEHIND" -> {
                    behind.add(words[1]);
                    behindMillis.add(Long.parseLong(words[2]));
                }
                case "SETTLED" -> behindSettled = behind.size();
                case "REFUSED" -> refusals.add(line.substring("REFUSED ".length(), line.length() - 2));
                default -> {}
            }
        }

        void check(Store store, long killMillis) {
            for (String key : acknowledged) {
                assertThat(store.get(Bytes.utf8(key))).contains(CrashingWriter.valueOf(key));
            }
            boolean lost = false;
            for (int i = 0; i < behind.size(); i++) {
                var value = store.get(Bytes.utf8(behind.get(i)));
                assertThat(lost && value.isPresent())
                        .as("a write behind that overtook another")
                        .isFalse();
                lost = value.isEmpty();
                long age = killMillis - behindMillis.get(i);
                if (i < behindSettled || age > BEHIND_MILLIS_MAX + slowestMillis) {
                    assertThat(value).contains(CrashingWriter.valueOf(behind.get(i)));
                }
            }
        }
    }
}
