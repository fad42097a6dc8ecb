package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Many functions that have never run are called in the same moment, once each.
final class BurstBench {
    private BurstBench() {}

    static void run(Report report, Path data, int count) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            for (int i = 0; i < count; i++) {
                server.submit("f" + i, "python3", "f.py", "def handle(context, payload):\n    return " + i + "\n", "");
            }
            for (int i = 0; i < count; i++) {
                server.awaitReady("f" + i);
            }
            long alone = server.exec("f0").once();
            long[] nanos = new long[count - 1];
            long began = System.nanoTime();
            List<Future<Long>> calls = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 1; i < count; i++) {
                    HttpLoad call = server.exec("f" + i);
                    calls.add(threads.submit(call::once));
                }
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            for (int i = 0; i < calls.size(); i++) {
                nanos[i] = answered(calls.get(i));
            }
            String what = String.format(Locale.ROOT, "%,d distinct cold functions at once", count - 1);
            report.add(Figure.of(IsolationBench.NAME, what + ", all answered in", seconds * 1e3, "ms", "")
                    .beside("one alone", alone / 1e6));
            report.add(Figure.of(IsolationBench.NAME, "  a second", (count - 1) / seconds, "1/s", "")
                    .beside("one after the other", 1e9 / alone));
            report.add(Figure.of(
                    IsolationBench.NAME, "  median", Samples.of(nanos, 1).micros(0.5) / 1e3, "ms", ""));
        }
    }

    private static long answered(Future<Long> call) throws IOException, InterruptedException {
        try {
            return call.get();
        } catch (ExecutionException failed) {
            throw new IOException("a cold function was not answered", failed.getCause());
        }
    }
}
