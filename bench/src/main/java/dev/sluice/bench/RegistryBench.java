package dev.sluice.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Many functions that nobody calls: what a server that knows them needs, beside one that knows none.
final class RegistryBench {
    private static final int AUTHORS = 4;
    private static final int STARTS = 3;
    private static final int READY_POLLS_MAX = 600;
    private static final long READY_POLL_MILLIS = 1_000;

    /// A function in PowerShell is READY unchecked where that is not installed; elsewhere each is loaded once, which
    /// takes ten times as long and leaves the same on record.
    private static final boolean IS_CHECKED = Files.isExecutable(Path.of("/usr/bin/pwsh"));

    private RegistryBench() {}

    static void run(Report report, Path data, int count) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            server.create("called", "python3", "called.py", "def handle(context, payload):\n    return payload\n");
        }
        Figures none = figures(data, 0);
        double perSecond;
        try (SluiceServer server = SluiceServer.start(data)) {
            server.limit("{\"functions\":100000}");
            long start = System.nanoTime();
            create(server, count);
            perSecond = count / ((System.nanoTime() - start) / 1e9);
        }
        Figures many = figures(data, count);
        String number = String.format(Locale.ROOT, "%,d", count);
        report.add(Figure.of(
                FunctionsBench.NAME,
                "functions registered, the first " + number + (IS_CHECKED ? "" : ", not loaded"),
                perSecond,
                "1/s",
                ""));
        report.add(Figure.of(
                FunctionsBench.NAME,
                "memory for each of " + number + " functions",
                Math.max(0, many.liveBytes() - none.liveBytes()) / (double) count,
                "B",
                "<= 4,096 B"));
        report.add(Figure.of(FunctionsBench.NAME, "start to ready with them", many.readyMillis(), "ms", "ratio about 1")
                .beside("without", none.readyMillis()));
    }

    /// @param readyMillis the median of several starts
    /// @param liveBytes   of the heap, once all functions were listed and one was called
    private record Figures(double readyMillis, long liveBytes) {}

    private static Figures figures(Path data, int count) throws IOException, InterruptedException {
        long[] nanos = new long[STARTS];
        long liveBytes = 0;
        for (int i = 0; i < STARTS; i++) {
            try (SluiceServer server = SluiceServer.start(data)) {
                nanos[i] = server.startToReady().toNanos();
                if (i == STARTS - 1) {
                    liveBytes = liveBytes(server, count);
                }
            }
        }
        return new Figures(Samples.of(nanos, 1).micros(0.5) / 1e3, liveBytes);
    }

    private static long liveBytes(SluiceServer server, int count) throws IOException, InterruptedException {
        server.exec("called").once();
        int listed = server.page("/v1/function").size();
        if (listed != count + 1) {
            throw new IOException("only " + listed + " of " + (count + 1) + " functions are listed");
        }
        return server.memory().liveBytes();
    }

    private static void create(SluiceServer server, int count) throws IOException, InterruptedException {
        var parts = new ArrayList<Future<?>>();
        try (ExecutorService authors = Executors.newFixedThreadPool(AUTHORS)) {
            for (int author = 0; author < AUTHORS; author++) {
                int from = author;
                parts.add(authors.submit(() -> create(server, from, count)));
            }
        }
        for (Future<?> part : parts) {
            try {
                part.get();
            } catch (ExecutionException failed) {
                throw new IOException("a function could not be created", failed.getCause());
            }
        }
        for (int i = 0; server.ready() <= count; i++) {
            if (i == READY_POLLS_MAX) {
                throw new IOException("the functions do not become READY");
            }
            Thread.sleep(READY_POLL_MILLIS);
        }
    }

    private static void create(SluiceServer server, int from, int count) {
        try {
            for (int i = from; i < count; i += AUTHORS) {
                String name = "many-" + i;
                if (IS_CHECKED) {
                    server.submit(
                            name, "python3", "many.py", "def handle(context, payload):\n    return " + i + "\n", "");
                } else {
                    server.submit(
                            name, "powershell", "many.ps1", "function handle($context, $payload) { " + i + " }\n", "");
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
