package dev.sluice.bench;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
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
import java.util.UUID;

/// Many ended runs, listed page by page. They are written as runs are that have ended, without having run: the book of
/// runs does not know.
final class RunsBench {
    private static final String OPERATOR = "dispatch";
    private static final int PAGE_RUNS = 1_000;
    private static final int PARTS = 10;
    private static final int WARM_UP_RUNS = 300_000;
    private static final int FEW_MAX = 100;
    private static final int LISTS = 200;
    private static final Component OWNER = Component.of(Principal.of(OPERATOR, "runs"));
    private static final Component OF_FEW = Component.of(Principal.of(OPERATOR, "few"));

    private RunsBench() {}

    static void run(Report report, Path data, int count) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            server.create("listed", "python3", "listed.py", "def handle(context, payload):\n    return payload\n");
        }
        fill(data, count);
        few(report, data, count);
        String kept = Integer.toString(2 * count);
        try (SluiceServer server = SluiceServer.start(data, "--runs-kept", kept)) {
            pages(server, Math.min(count, WARM_UP_RUNS));
            double before = server.memory().residentMib();
            Samples[] parts = pages(server, count);
            String many = String.format(Locale.ROOT, "%,d", count);
            report.add(Figure.of(
                            FunctionsBench.NAME,
                            "page of " + PAGE_RUNS + " runs, the oldest of " + many,
                            parts[1].micros(0.5) / 1e3,
                            "ms",
                            "ratio about 1")
                    .beside("the newest of them", parts[0].micros(0.5) / 1e3));
            report.add(Figure.of(
                            FunctionsBench.NAME,
                            "server's memory after that",
                            server.memory().residentMib(),
                            "MiB",
                            "no growth")
                    .beside("before", before));
        }
    }

    /// Pages of so many runs, from the newest to the oldest.
    ///
    /// @return of the first pages and of the last
    private static Samples[] pages(SluiceServer server, int count) throws IOException, InterruptedException {
        int most = Math.ceilDiv(count, PAGE_RUNS) + 1; // few runs more are listed
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

    /// What who may know of few runs waits for a list of them, beside one where there are no others.
    private static void few(Report report, Path data, int count) {
        int few = Math.ceilDiv(count, step(count));
        Samples alone;
        Path small = data.resolveSibling("few");
        try (var store = open(small)) {
            fill(new Runs(store, Clock.systemUTC()), few, 1);
            alone = lists(new Runs(store, Clock.systemUTC()), few);
        }
        try (var store = open(data)) {
            String many = String.format(Locale.ROOT, "%,d", count);
            report.add(Figure.of(
                            FunctionsBench.NAME,
                            "list of " + few + " runs, for whom " + many + " are secret",
                            lists(new Runs(store, Clock.systemUTC()), few).micros(0.5) / 1e3,
                            "ms",
                            "ratio about 1")
                    .beside("for whom as many are", alone.micros(0.5) / 1e3));
        }
    }

    private static Samples lists(Runs runs, int few) {
        long[] nanos = new long[2 * LISTS];
        for (int i = 0; i < nanos.length; i++) {
            var reader = new Task(Label.PUBLIC, Label.of(OF_FEW, Component.TRUE), Privilege.NONE);
            long start = System.nanoTime();
            int listed = reader.run(() -> runs.list(OPERATOR, Runs.Wanted.ALL, Optional.empty(), PAGE_RUNS))
                    .size();
            nanos[i] = System.nanoTime() - start;
            if (listed != few) {
                throw new IllegalStateException(listed + " runs are listed, not " + few);
            }
        }
        return Samples.of(Arrays.copyOfRange(nanos, LISTS, nanos.length), 1); // warm
    }

    private static RocksStore open(Path data) {
        return new RocksStore(data.resolve("store"), data.resolve("native"));
    }

    private static void fill(Path data, int count) {
        try (var store = open(data)) {
            fill(new Runs(store, Clock.systemUTC()), count, step(count));
        }
    }

    /// So that at most [#FEW_MAX] are few.
    private static int step(int count) {
        return Math.ceilDiv(count, FEW_MAX);
    }

    /// @param step how many runs there are for each that the reader of few may know of
    private static void fill(Runs runs, int count, int step) {
        Clock clock = Clock.systemUTC();
        var ids = new RunIds(clock, new SecureRandom());
        Label own = Label.of(OWNER, OWNER);
        Label few = Label.of(OF_FEW, OWNER);
        for (int i = 0; i < count; i++) {
            end(runs, ids.next(), clock.millis(), own);
            if (i % step == 0) {
                end(runs, ids.next(), clock.millis(), few);
            }
        }
    }

    private static void end(Runs runs, UUID id, long now, Label label) {
        var run = new Run(
                id,
                OPERATOR,
                "listed",
                "id",
                "faas",
                true,
                now,
                now,
                List.of(),
                new TreeMap<>(),
                label,
                Optional.empty());
        runs.begin(run);
        runs.end(run, content(label, now), Runs.Durability.BEHIND);
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
