package dev.sluice.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
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

    private RegistryBench() {}

    static void run(Report report, Path data, int count) throws IOException, InterruptedException {
        Figures none = figures(data, 0);
        try (SluiceServer server = SluiceServer.start(data)) {
            server.limit("{\"functions\":100000}");
            create(server, count);
        }
        Figures many = figures(data, count);
        String number = String.format(Locale.ROOT, "%,d", count);
        report.add(Figure.of(
                FunctionsBench.NAME,
                "memory for each of " + number + " functions",
                Math.max(0, many.liveBytes() - none.liveBytes()) / (double) count,
                "B",
                "<= 4,096 B"));
        report.add(Figure.of(FunctionsBench.NAME, "start to ready with them", many.readyMillis(), "ms", "")
                .beside("without", none.readyMillis()));
    }

    /// @param liveBytes of the heap, once all functions were listed and one was called
    private record Figures(double readyMillis, long liveBytes) {}

    private static Figures figures(Path data, int count) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            if (count > 0) {
                server.exec("many-0").once();
            }
            int listed = server.page("/v1/function").size();
            if (listed != count) {
                throw new IOException("only " + listed + " of " + count + " functions are listed");
            }
            return new Figures(server.startToReady().toNanos() / 1e6, server.liveBytes());
        }
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
    }

    private static void create(SluiceServer server, int from, int count) {
        try {
            for (int i = from; i < count; i += AUTHORS) {
                String source = "def handle(context, payload):\n    return " + i + "\n";
                server.create("many-" + i, "python3", "many.py", source);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
