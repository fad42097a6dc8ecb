package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A function that waits most of its time, for many callers: in instances that serve many runs at a time, beside
/// instances of one run.
final class SharedBench {
    private static final int CONCURRENCY = 16;
    private static final String SLEEPS = """
            import time
            def handle(context, payload):
                time.sleep(0.005)
                return payload
            """;

    private SharedBench() {}

    /// @param length of each measurement; each function runs half as long before, to be warm
    static void run(Report report, Path data, List<Integer> callers, Duration length)
            throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            server.create("alone", "python3", "sleeps.py", SLEEPS);
            server.submit("shared", "python3", "sleeps.py", SLEEPS, ",\"concurrency\":" + CONCURRENCY);
            server.awaitReady("shared");
            for (int count : callers) {
                Samples alone = measured(server.exec("alone"), count, length);
                Samples shared = measured(server.exec("shared"), count, length);
                add(report, count, shared, alone);
            }
        }
    }

    private static Samples measured(HttpLoad load, int callers, Duration length)
            throws IOException, InterruptedException {
        load.run(callers, length.dividedBy(2));
        return load.run(callers, length);
    }

    private static void add(Report report, int callers, Samples shared, Samples alone) {
        String who = callers == 1 ? "1 caller" : callers + " callers";
        String what = "5 ms asleep, " + who + ", " + CONCURRENCY + " runs an instance";
        report.add(Figure.of(FunctionsBench.NAME, what, shared.perSecond(), "1/s", "")
                .beside("one run an instance", alone.perSecond()));
        report.add(Figure.of(FunctionsBench.NAME, "  median", shared.micros(0.5) / 1e3, "ms", "")
                .beside("one run an instance", alone.micros(0.5) / 1e3));
        report.add(Figure.of(FunctionsBench.NAME, "  p99", shared.micros(0.99) / 1e3, "ms", "")
                .beside("one run an instance", alone.micros(0.99) / 1e3));
    }
}
