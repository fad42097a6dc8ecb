package dev.sluice.fs;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.disk.DiskBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.rocks.RocksStore;
import dev.sluice.testing.Tasks;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/// The process of `CollectorCrashTest`: two tasks act at random while objects and blobs are collected without a
/// pause, until it is killed.
final class CollectingProcess {
    static final FsPath TOP = FsPath.ROOT.child("top");
    private static final Label OTHER = Label.parse("alice,T");
    private static final int MUTATORS = 2;
    private static final int NAMES = 5;
    private static final int CONTENTS = 300;

    private final LabeledFs fs;
    private final Blobs blobs;
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");

    private CollectingProcess(LabeledFs fs, Blobs blobs) {
        this.fs = fs;
        this.blobs = blobs;
    }

    /// @param args directory of the store, of the native library, the moment at which everything happens
    public static void main(String[] args) throws IOException {
        var report = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Instant now = Instant.parse(args[2]);
        Path directory = Path.of(args[0]);
        var store = new RocksStore(directory.resolve("store"), Path.of(args[1]));
        var blobs = new DiskBlobs(directory.resolve("blobs"), () -> now);
        var fs = new LabeledFs(store, new SecureRandom(), settings(now));
        fs.bootstrap();
        var process = new CollectingProcess(fs, blobs);
        process.attempt(() -> fs.createDirectory(TOP, Label.PUBLIC, process.all));
        for (int i = 0; i < MUTATORS; i++) {
            Thread.ofPlatform().start(process::actForEver);
        }
        var objects = new Collector(fs, store, new SecureRandom(), Duration.ZERO);
        var bytes = new BlobCollector(fs, store, blobs, () -> now, Duration.ZERO);
        Thread.ofPlatform().start(() -> {
            while (true) {
                objects.collectIfDue();
                bytes.collectAndLog();
                report.println("CYCLE");
            }
        });
    }

    static FsSettings settings(Instant now) {
        return new FsSettings(Quota.DEFAULT, () -> now, References.NONE);
    }

    private void actForEver() {
        var random = new Random();
        while (true) {
            attempt(() -> act(random));
        }
    }

    private void attempt(Runnable body) {
        root.run(() -> {
            try {
                body.run();
                return true;
            } catch (Refused refused) {
                return false;
            }
        });
    }

    private void act(Random random) {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> fs.create(place(random), Kind.BLOB, Label.PUBLIC, blob(random), all);
            case 3 -> fs.create(place(random), Kind.FILE, Label.PUBLIC, Bytes.utf8("text"), all);
            case 4 -> fs.createDirectory(place(random), Label.PUBLIC, all);
            case 5 -> fs.createFaceted(place(random), all);
            case 6 -> fs.link(place(random), place(random), all);
            case 7 -> fs.createUnlinked(Kind.BLOB, Label.PUBLIC, blob(random), all);
            default -> fs.unlink(place(random), all);
        }
    }

    private Bytes blob(Random random) {
        Bytes content = Bytes.utf8("content " + random.nextInt(CONTENTS));
        try {
            return new BlobRef(blobs.put(new ByteArrayInputStream(content.toArray()), 100), content.length()).encode();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static FsPath place(Random random) {
        FsPath path = TOP;
        int depth = 1 + random.nextInt(3);
        for (int i = 0; i < depth; i++) {
            path = path.child("n" + random.nextInt(NAMES));
            if (random.nextInt(5) == 0) {
                path = path.facet(random.nextBoolean() ? Label.PUBLIC : OTHER).child("n" + random.nextInt(NAMES));
            }
        }
        return path;
    }
}
