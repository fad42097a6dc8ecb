package dev.sluice.bench;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.security.SecureRandom;
import java.util.function.IntConsumer;

/// What the labels cost in a call: reading and writing a file in memory, less what memory itself costs.
final class LabelWork {
    private static final int ROUNDS = 200_000;
    private static final int STORE_GETS_OF_A_READ = 3;
    private static final String AIM = "<= 2 us";
    private static final Label LABEL = Label.parse("acme/user/alice,acme/user/alice");

    private LabelWork() {}

    static void run(Report report) {
        var store = new MemoryStore();
        var fs = new LabeledFs(store, new SecureRandom());
        fs.bootstrap();
        Component alice = LABEL.secrecy();
        var task = new Task(Label.PUBLIC, Label.of(alice, Component.TRUE), Privilege.mintTcb(alice));
        task.run(() -> {
            Privilege with = task.exercise(alice, alice);
            FsPath file = FsPath.home(LABEL).child("file");
            Bytes content = Bytes.takeOver(new byte[200]);
            fs.create(file, Kind.FILE, LABEL, content, with);
            Bytes key = Bytes.utf8("bare");
            store.putIfAbsent(key, content);
            double get = micros(i -> store.get(key));
            double read = micros(i -> fs.read(file, Kind.FILE));
            double write = micros(i -> fs.write(file, Kind.FILE, content, 0, with));
            report.add(Figure.of(KernelBench.NAME, "label work of a read", read - STORE_GETS_OF_A_READ * get, "us", AIM)
                    .beside("one get from memory", get));
            report.add(Figure.of(KernelBench.NAME, "label work of a write, at most", write, "us", AIM)
                    .beside("one get from memory", get));
            return task;
        });
    }

    private static double micros(IntConsumer operation) {
        for (int i = 0; i < ROUNDS; i++) {
            operation.accept(i);
        }
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS; i++) {
            operation.accept(i);
        }
        return (System.nanoTime() - start) / 1e3 / ROUNDS;
    }
}
