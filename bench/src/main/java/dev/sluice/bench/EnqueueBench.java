package dev.sluice.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;

/// Runs that nobody waits for: each is on the disk before it is accepted, many of them by one write.
final class EnqueueBench {
    private static final int CALLERS = 64;
    private static final int OFFERED_PER_SECOND = 5_000;
    private static final int WARM_UP_LENGTHS = 4;
    private static final int SYNCS = 200;
    private static final int RUN_BYTES = 200;

    private EnqueueBench() {}

    static void run(Report report, Path data, Duration length) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            server.create("queued", "python3", "queued.py", "def handle(context, payload):\n    return payload\n");
            HttpLoad load = server.submit("queued");
            server.limit("{\"queuedRuns\":1000000,\"concurrentRuns\":1}");
            load.run(CALLERS, length.multipliedBy(WARM_UP_LENGTHS));
            measured(report, load, length, "runs accepted, " + CALLERS + " callers, one at work", data);
            server.limit("{\"queuedRuns\":1000000,\"concurrentRuns\":null}");
            measured(report, load, length, "runs accepted, " + CALLERS + " callers, all at work", data);
            server.limit("{\"queuedRuns\":1000000,\"concurrentRuns\":1}");
            paced(report, load, length, data);
        }
    }

    /// What who sends no more than the aim waits: at full speed each caller waits for all others.
    private static void paced(Report report, HttpLoad load, Duration length, Path data)
            throws IOException, InterruptedException {
        Samples samples = load.paced(CALLERS, OFFERED_PER_SECOND, length);
        double sync = syncMicros(data.resolve("sync"), RUN_BYTES);
        String what = String.format(Locale.ROOT, "runs accepted, %,d a second offered", OFFERED_PER_SECOND);
        report.add(Figure.of(FunctionsBench.NAME, what, samples.perSecond(), "1/s", ""));
        report.add(Figure.of(FunctionsBench.NAME, "  p99, from when due", samples.micros(0.99) / 1e3, "ms", "<= 20 ms")
                .beside("one synced write", sync / 1e3));
    }

    private static void measured(Report report, HttpLoad load, Duration length, String what, Path data)
            throws IOException, InterruptedException {
        Samples samples = load.run(CALLERS, length);
        double sync = syncMicros(data.resolve("sync"), RUN_BYTES);
        report.add(Figure.of(FunctionsBench.NAME, what, samples.perSecond(), "1/s", ">= 5,000 /s")
                .beside("synced writes, one by one", 1e6 / sync));
        report.add(Figure.of(FunctionsBench.NAME, "  p99", samples.micros(0.99) / 1e3, "ms", "<= 20 ms")
                .beside("one synced write", sync / 1e3));
    }

    /// What this disk needs for a durable write of so many bytes, on the average of many, as it is meanwhile.
    static double syncMicros(Path file, int bytes) throws IOException {
        long start = System.nanoTime();
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < SYNCS; i++) {
                channel.write(ByteBuffer.allocate(bytes));
                channel.force(false);
            }
        }
        return (System.nanoTime() - start) / 1e3 / SYNCS;
    }
}
