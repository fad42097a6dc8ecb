package dev.sluice.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// A function that waits most of its time, for many callers: in instances that serve many runs at a time, beside
/// instances of one run.
final class SharedBench {
    private static final int CONCURRENCY = 16;
    private static final String FUNCTION = "sleeps";
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
        try (SluiceServer alone = SluiceServer.start(data.resolve("alone"));
                SluiceServer shared = SluiceServer.start(data.resolve("shared"))) {
            create(alone, "");
            create(shared, ",\"concurrency\":" + CONCURRENCY);
            for (int count : callers) {
                Samples beside = measured(alone, count, length);
                Samples samples = measured(shared, count, length);
                add(report, count, samples, beside);
            }
            report.add(Figure.of(FunctionsBench.NAME, "  guests' memory after that", guestsMib(shared), "MiB", "")
                    .beside("one run an instance", guestsMib(alone)));
        }
    }

    private static void create(SluiceServer server, String settings) throws IOException, InterruptedException {
        server.submit(FUNCTION, "python3", "sleeps.py", SLEEPS, settings);
        server.awaitReady(FUNCTION);
    }

    /// What the server's guests have of the machine's memory, those that wait fresh too; what several have is shared
    /// out.
    private static double guestsMib(SluiceServer server) throws IOException {
        List<Long> guests = ProcessHandle.of(server.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid)
                .toList();
        double mib = 0;
        for (long guest : guests) {
            mib += pssMib(Path.of("/proc/" + guest + "/smaps_rollup"));
        }
        return mib;
    }

    /// 0 for a process that has ended.
    private static double pssMib(Path rollup) throws IOException {
        try (Stream<String> lines = Files.lines(rollup)) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0)
                    .sum();
        } catch (NoSuchFileException | UncheckedIOException ended) {
            return 0;
        }
    }

    private static Samples measured(SluiceServer server, int callers, Duration length)
            throws IOException, InterruptedException {
        HttpLoad load = server.exec(FUNCTION);
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
