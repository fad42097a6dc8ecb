package dev.sluice.store.rocks;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// The process of `CrashTest`.
final class CrashingWriter {
    private static final int VALUE_BYTES = 4_000;
    private static final int WRITERS = 3;
    private static final int BEHIND_BETWEEN_COMMITS = 50;
    private static final long PAUSE_NANOS = 100_000;

    private final PrintStream report =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final Store store;
    private final String prefix;

    private CrashingWriter(Store store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    public static void main(String[] args) throws InterruptedException {
        var writer = new CrashingWriter(new RocksStore(Path.of(args[1]), Path.of(args[2])), args[3]);
        if (args[0].equals("write")) {
            for (int i = 0; i < WRITERS; i++) {
                int id = i;
                Thread.ofPlatform().start(() -> writer.commitForEver(id));
            }
            Thread.ofPlatform().start(writer::commitBehindForEver).join();
        } else {
            writer.fill();
        }
    }

    /// Bytes that no compression shortens, always the same for one key.
    static Bytes valueOf(String key) {
        byte[] value = new byte[VALUE_BYTES];
        new Random(key.hashCode()).nextBytes(value);
        return Bytes.takeOver(value);
    }

    private void commitForEver(int id) {
        for (int i = 0; ; i++) {
            String key = prefix + "/" + id + "/" + i;
            long began = System.nanoTime();
            store.putIfAbsent(Bytes.utf8(key), valueOf(key));
            report.println("ACKNOWLEDGED " + key + " " + (System.nanoTime() - began) + " .");
        }
    }

    private void commitBehindForEver() {
        for (int i = 0; ; i++) {
            String key = prefix + "/behind/" + i;
            store.commitBehind(new Batch().put(Bytes.utf8(key), valueOf(key)));
            report.println("BEHIND " + key + " " + System.currentTimeMillis() + " .");
            LockSupport.parkNanos(PAUSE_NANOS);
            if (i % BEHIND_BETWEEN_COMMITS == 0) {
                store.putIfAbsent(Bytes.utf8(prefix + "/settled/" + i), Bytes.EMPTY);
                report.println("SETTLED .");
            }
        }
    }

    private void fill() {
        refused("commit", () -> {
            for (int i = 0; ; i++) {
                String key = prefix + "/" + i;
                store.putIfAbsent(Bytes.utf8(key), valueOf(key));
                report.println("ACKNOWLEDGED " + key + " 0 .");
            }
        });
        Bytes key = Bytes.utf8("key");
        refused("commit again", () -> store.putIfAbsent(key, key));
        refused("commitBehind", () -> store.commitBehind(new Batch().put(key, key)));
        refused("get", () -> store.get(key));
        refused("scan", () -> store.scan(key, Bytes.EMPTY, 1));
        store.close();
    }

    private void refused(String what, Runnable call) {
        try {
            call.run();
        } catch (StoreFailed failed) {
            report.println("REFUSED " + what + " .");
        }
    }
}
