package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `start`: how long a server takes until it is ready, and what memory it holds when nothing is asked of it.
final class StartBench {
    private static final String NAME = "start";
    private static final int STARTS = 5;
    private static final long SETTLE_MILLIS = 3_000;

    private StartBench() {}

    static void run(Report report) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.create()) {
            Path data = scratch.path().resolve("data");
            long[] nanos = new long[STARTS];
            double rssMib = 0;
            double jvmMillis = bareJvm(scratch.path());
            double firstMillis;
            try (SluiceServer server = SluiceServer.start(data)) {
                firstMillis = server.startToReady().toNanos() / 1e6;
            }
            for (int i = 0; i < STARTS; i++) {
                try (SluiceServer server = SluiceServer.start(data)) {
                    nanos[i] = server.startToReady().toNanos();
                    if (i == STARTS - 1) {
                        Thread.sleep(SETTLE_MILLIS);
                        rssMib = residentMib(server.pid());
                    }
                }
            }
            double median = Samples.of(nanos, 1).micros(0.5) / 1e3;
            report.add(Figure.of(NAME, "start to ready, first on empty data", firstMillis, "ms", "<= 2,000 ms")
                    .beside("bare JVM", jvmMillis));
            report.add(Figure.of(NAME, "start to ready, median of later ones", median, "ms", "<= 2,000 ms")
                    .beside("bare JVM", jvmMillis));
            report.add(Figure.of(NAME, "resident memory of the idle server", rssMib, "MiB", "<= 256 MiB"));
        }
    }

    /// A JVM that starts and ends.
    private static double bareJvm(Path directory) throws IOException, InterruptedException {
        long start = System.nanoTime();
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("jvm.log").toFile())
                .start();
        process.waitFor();
        return (System.nanoTime() - start) / 1e6;
    }

    private static double residentMib(long pid) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
        return lines.stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
