package dev.sluice.bench;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.run.Run;
import dev.sluice.run.RunIds;
import dev.sluice.run.Runs;
import dev.sluice.store.rocks.RocksStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/// Many ended runs, listed page by page. They are written as runs are that have ended, without having run: the book of
/// runs does not know.
final class RunsBench {
    private static final String OPERATOR = "dispatch";
    private static final int PAGE_RUNS = 1_000;
    private static final int PARTS = 10;

    private RunsBench() {}

    static void run(Report report, Path data, int count) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            server.create("listed", "python3", "listed.py", "def handle(context, payload):\n    return payload\n");
        }
        fill(data, count);
        String kept = Integer.toString(2 * count);
        try (SluiceServer server = SluiceServer.start(data, "--runs-kept", kept)) {
            pages(server, count); // warms up
            double before = server.memoryMib();
            Samples[] parts = pages(server, count);
            String many = String.format(Locale.ROOT, "%,d", count);
            report.add(Figure.of(
                            FunctionsBench.NAME,
                            "page of " + PAGE_RUNS + " runs, the oldest of " + many,
                            parts[1].micros(0.5) / 1e3,
                            "ms",
                            "ratio about 1")
                    .beside("the newest of them", parts[0].micros(0.5) / 1e3));
            report.add(
                    Figure.of(FunctionsBench.NAME, "server's memory after that", server.memoryMib(), "MiB", "no growth")
                            .beside("before", before));
        }
    }

    /// All pages, from the newest to the oldest.
    ///
    /// @return of the first pages and of the last
    private static Samples[] pages(SluiceServer server, int count) throws IOException, InterruptedException {
        int most = Math.ceilDiv(count, PAGE_RUNS) + 1;
        long[] nanos = new long[most];
        int listed = 0;
        int pages = 0;
        String next = "/v1/runs?limit=" + PAGE_RUNS;
        while (!next.isEmpty() && pages < most) {
            long start = System.nanoTime();
            SluiceServer.Page page = server.page(next);
            nanos[pages] = System.nanoTime() - start;
            pages++;
            listed += page.size();
            next = page.next();
        }
        if (listed < count) {
            throw new IOException("only " + listed + " of " + count + " runs were listed");
        }
        int full = Math.max(1, count / PAGE_RUNS);
        int part = Math.max(1, full / PARTS);
        return new Samples[] {
            Samples.of(Arrays.copyOfRange(nanos, 0, part), 1),
            Samples.of(Arrays.copyOfRange(nanos, full - part, full), 1)
        };
    }

    private static void fill(Path data, int count) {
        Clock clock = Clock.systemUTC();
        var ids = new RunIds(clock, new SecureRandom());
        try (var store = new RocksStore(data.resolve("store"), data.resolve("native"))) {
            var runs = new Runs(store, clock);
            Component owner = Component.of(Principal.of(OPERATOR, "runs"));
            Label label = Label.of(owner, owner);
            for (int i = 0; i < count; i++) {
                long now = clock.millis();
                var run = new Run(
                        ids.next(),
                        OPERATOR,
                        "listed",
                        "id",
                        "faas",
                        true,
                        now,
                        now,
                        List.of(),
                        new TreeMap<>(),
                        label, Optional.empty());
                runs.begin(run);
                runs.end(run, content(label, now), Runs.Durability.BEHIND);
            }
        }
    }

    private static Run.Content content(Label label, long now) {
        var output = new Run.Output(200, Bytes.utf8("{\"hello\":\"world\"}"), true);
        return new Run.Content(
                Run.Status.READY,
                now,
                label,
                label,
                Bytes.utf8("{}"),
                Optional.of(output),
                Optional.empty(),
                List.of(),
                List.of());
    }
}
