package dev.sluice.bench;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.Collector;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.rocks.RocksStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// Collection of many objects beside writers that are not stopped: how fast, what the writers lose, and what it
/// takes of the heap. As many objects stay.
final class GarbageBench {
    private static final Label LABEL = Label.parse("acme/user/alice,acme/user/alice");
    private static final int FILES_OF_A_DIRECTORY = 1_000;
    private static final int FILLERS = 256;
    private static final int WRITERS = 4;

    /// As the server's.
    private static final Duration PAUSE = Duration.ofMillis(1);

    private static final Duration ALONE = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Bytes CONTENT = Bytes.takeOver(new byte[200]);

    private final LabeledFs fs;
    private final Collector collector;
    private final Task task;
    private final Privilege with;
    private final FsPath home = FsPath.home(LABEL);
    private final LongAdder written = new LongAdder();

    private GarbageBench(LabeledFs fs, Collector collector) {
        this.fs = fs;
        this.collector = collector;
        Component alice = LABEL.secrecy();
        this.task = new Task(Label.PUBLIC, Label.of(alice, Component.TRUE), Privilege.mintTcb(alice));
        this.with = task.exercise(alice, alice);
    }

    static void run(Report report, int objects) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.create();
                var store = new RocksStore(
                        scratch.path().resolve("store"), scratch.path().resolve("native"))) {
            var fs = new LabeledFs(store, new SecureRandom());
            fs.bootstrap();
            new GarbageBench(fs, new Collector(fs, store, new SecureRandom(), PAUSE)).measure(report, objects);
        }
    }

    private void measure(Report report, int objects) throws InterruptedException {
        fill("kept", objects);
        fill("garbage", objects);
        for (int i = 0; i < WRITERS; i++) {
            FsPath own = home.child("w" + i);
            asOwner(() -> fs.create(own, Kind.FILE, LABEL, CONTENT, with));
        }
        asOwner(() -> fs.unlink(home.child("garbage"), with));
        var isOver = new AtomicBoolean();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WRITERS; i++) {
                FsPath own = home.child("w" + i);
                executor.execute(() -> writeUntil(isOver, own));
            }
            try {
                Thread.sleep(ALONE);
                double alone = writesPerSecond(ALONE);
                collect(report, objects, alone);
            } finally {
                isOver.set(true);
            }
        }
    }

    private void collect(Report report, int objects, double alone) throws InterruptedException {
        long heapBefore = heapBytes();
        var heap = new long[1];
        var isOver = new AtomicBoolean();
        Thread watch = Thread.ofPlatform().start(() -> watchHeap(heap, isOver));
        written.reset();
        long start = System.nanoTime();
        Collector.Result result = collector.collect();
        long nanos = System.nanoTime() - start;
        double beside = writesPerSecond(Duration.ofNanos(nanos));
        isOver.set(true);
        watch.join();
        if (result.objects() < objects) {
            throw new IllegalStateException("only " + result + " were collected of " + objects);
        }
        String many = String.format(Locale.ROOT, "%,d", result.objects());
        report.add(Figure.of(
                FsBench.NAME,
                "objects freed, " + many + " of twice as many",
                result.objects() * 1e9 / nanos,
                "1/s",
                ""));
        report.add(Figure.of(FsBench.NAME, "durable writes beside the collection", beside, "1/s", "")
                .beside("without", alone));
        report.add(
                Figure.of(FsBench.NAME, "heap in use while collecting", mib(Math.max(heap[0], heapBefore)), "MiB", "")
                        .beside("before", mib(heapBefore)));
    }

    private double writesPerSecond(Duration time) {
        return written.sumThenReset() * 1e9 / time.toNanos();
    }

    private void writeUntil(AtomicBoolean isOver, FsPath own) {
        while (!isOver.get()) {
            asOwner(() -> fs.write(own, Kind.FILE, CONTENT, 0, with));
            written.increment();
        }
    }

    private void watchHeap(long[] most, AtomicBoolean isOver) {
        while (!isOver.get()) {
            most[0] = Math.max(most[0], heapBytes());
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// What is used of the heap after what nothing needs is gone.
    private static long heapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static double mib(long bytes) {
        return bytes / 1024.0 / 1024.0;
    }

    /// A directory of directories of files. Many threads share each write to the disk.
    private void fill(String name, int objects) {
        FsPath top = home.child(name);
        asOwner(() -> fs.createDirectory(top, LABEL, with));
        int directories = Math.max(1, objects / FILES_OF_A_DIRECTORY);
        for (int i = 0; i < directories; i++) {
            FsPath directory = top.child("d" + i);
            asOwner(() -> fs.createDirectory(directory, LABEL, with));
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < FILLERS; t++) {
                int from = t;
                executor.execute(() -> asOwner(() -> {
                    for (int i = from; i < objects; i += FILLERS) {
                        FsPath file = top.child("d" + i % directories).child("f" + i);
                        fs.create(file, Kind.FILE, LABEL, Bytes.EMPTY, with);
                    }
                }));
            }
        }
    }

    private void asOwner(Runnable body) {
        task.run(() -> {
            body.run();
            return task;
        });
    }
}
