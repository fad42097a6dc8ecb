package dev.sluice.bench;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.Batch;
import dev.sluice.store.rocks.RocksStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.function.IntConsumer;

/// `fs`: what the monitor adds to the store, and that a directory's size does not matter.
final class FsBench {
    static final String NAME = "fs";
    private static final int READS = 100_000;
    private static final int WRITES = 1_500;
    private static final int LISTS = 2_000;
    private static final Label LABEL = Label.parse("dispatch/serviceaccount/admin,dispatch/serviceaccount/admin");

    private FsBench() {}

    static void run(Report report, int objects) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.create()) {
            Path data = scratch.path().resolve("data");
            measure(report, data, objects);
            ListBench.run(report, data, FsPath.home(LABEL).child("full").toString(), objects);
        }
        GarbageBench.run(report, objects);
    }

    private static void measure(Report report, Path data, int objects) {
        try (var store = new RocksStore(data.resolve("store"), data.resolve("native"))) {
            var fs = new LabeledFs(store, new SecureRandom());
            fs.bootstrap();
            Component alice = LABEL.secrecy();
            var task = new Task(Label.PUBLIC, Label.of(alice, Component.TRUE), Privilege.mintTcb(alice));
            task.run(() -> {
                measure(report, fs, store, task.exercise(alice, alice), objects);
                return report;
            });
        }
    }

    private static void measure(Report report, LabeledFs fs, RocksStore store, Privilege with, int objects) {
        FsPath home = FsPath.home(LABEL);
        FsPath file = home.child("file");
        Bytes content = Bytes.takeOver(new byte[200]);
        fs.create(file, Kind.FILE, LABEL, content, with);
        Bytes key = Bytes.utf8("bare");
        store.putIfAbsent(key, content);

        double bareRead = micros(READS, i -> store.get(key));
        double read = micros(READS, i -> fs.read(file, Kind.FILE));
        report.add(Figure.of(NAME, "read of a file (walk, checks, content)", read, "us", "")
                .beside("one store get", bareRead));

        Interleaved writes = interleaved(
                WRITES,
                i -> store.commit(new Batch().put(key, content)),
                i -> fs.write(file, Kind.FILE, content, 0, with));
        report.add(Figure.of(NAME, "durable write of a file", writes.second(), "us", "ratio <= 1.05")
                .beside("durable store put", writes.first()));

        fs.createDirectory(home.child("empty"), LABEL, with);
        fs.createDirectory(home.child("full"), LABEL, with);
        fill(fs, home.child("full"), with, objects);
        Interleaved links = interleaved(
                WRITES,
                i -> fs.link(file, home.child("empty").child("a" + i), with),
                i -> fs.link(file, home.child("full").child("b" + i), with));
        String many = String.format(Locale.ROOT, "%,d", objects);
        report.add(Figure.of(NAME, "link into a directory of " + many, links.second(), "us", "ratio about 1")
                .beside("into an empty one", links.first()));

        double emptyList = micros(LISTS, i -> fs.list(home.child("empty"), "", 100));
        double fullList = micros(LISTS, i -> fs.list(home.child("full"), "", 100));
        report.add(Figure.of(NAME, "list 100 entries of " + many, fullList, "us", "ratio about 1")
                .beside("of a small one", emptyList));
    }

    /// Links many names. Their durability is not what is measured, so many threads share each write to the disk.
    private static void fill(LabeledFs fs, FsPath directory, Privilege with, int objects) {
        Task task = Task.current();
        FsPath file = FsPath.home(LABEL).child("file");
        int threads = 256;
        try (var executor = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < threads; t++) {
                int from = t;
                executor.execute(() -> task.run(() -> {
                    for (int i = from; i < objects; i += threads) {
                        fs.link(file, directory.child("e" + i), with);
                    }
                    return task;
                }));
            }
        }
    }

    private record Interleaved(double first, double second) {}

    /// Medians of two operations done in turn, so that a slow disk slows both.
    private static Interleaved interleaved(int rounds, IntConsumer first, IntConsumer second) {
        long[] one = new long[rounds];
        long[] two = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            first.accept(i);
            long between = System.nanoTime();
            second.accept(i);
            one[i] = between - start;
            two[i] = System.nanoTime() - between;
        }
        return new Interleaved(
                Samples.of(one, 1).micros(0.5), Samples.of(two, 1).micros(0.5));
    }

    private static double micros(int rounds, IntConsumer operation) {
        for (int i = 0; i < rounds / 2; i++) {
            operation.accept(i);
        }
        long[] nanos = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            operation.accept(i);
            nanos[i] = System.nanoTime() - start;
        }
        return Samples.of(nanos, 1).micros(0.5);
    }
}
