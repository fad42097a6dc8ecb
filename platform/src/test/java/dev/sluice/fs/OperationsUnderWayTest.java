package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.HookedStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The collector waits for each operation that is under way when one of its phases ends, and for that long only.
@Timeout(60)
final class OperationsUnderWayTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final FsPath FILE = TOP.child("file");
    private static final Bytes TEXT = Bytes.utf8("text");
    private static final long PATIENCE_MILLIS = 30;

    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");
    private final HookedStore store = new HookedStore(new MemoryStore());
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());

    enum Operation {
        READ_BY_ID {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.readByIdTcb(file.id(), Kind.FILE, Component.TRUE);
            }
        },
        OPEN {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.open(FILE);
            }
        },
        OPEN_BY_ID {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.openById(file.id(), Kind.FILE);
            }
        },
        CREATE {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.create(TOP.child("new"), Kind.FILE, Label.PUBLIC, TEXT, all);
            }
        },
        CREATE_FACETED {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.createFaceted(TOP.child("new"), all);
            }
        },
        CREATE_UNLINKED {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.createUnlinked(Kind.FILE, Label.PUBLIC, TEXT, all);
            }
        },
        CREATE_UNLINKED_AT {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.createUnlinkedAt(Kind.FILE, Label.PUBLIC, TEXT, all);
            }
        },
        WRITE {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.writeTcb(file, TEXT, 0, all);
            }
        },
        LINK {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.link(FILE, TOP.child("new"), all);
            }
        },
        RELINK {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.relink(FILE, TOP.child("other"), all);
            }
        },
        UNLINK {
            @Override
            void run(LabeledFs fs, LabeledFs.Content file, Privilege all) {
                fs.unlink(FILE, all);
            }
        };

        abstract void run(LabeledFs fs, LabeledFs.Content file, Privilege all);
    }

    @ParameterizedTest
    @EnumSource
    void thePhase_endsAfterTheOperation(Operation operation) throws InterruptedException {
        fs.bootstrap();
        LabeledFs.Content file = root.run(() -> {
            fs.createDirectory(TOP, Label.PUBLIC, all);
            fs.create(FILE, Kind.FILE, Label.PUBLIC, TEXT, all);
            fs.create(TOP.child("other"), Kind.FILE, Label.PUBLIC, TEXT, all);
            return fs.read(FILE, Kind.FILE);
        });
        var isDrained = new CountDownLatch(1);
        var wasEarly = new AtomicBoolean();
        store.arm(1, () -> {
            Thread.ofPlatform().start(() -> {
                fs.barrier.drain();
                isDrained.countDown();
            });
            wasEarly.set(isOver(isDrained));
        });
        root.run(() -> {
            operation.run(fs, file, all);
            return true;
        });
        assertThat(store.isUnused()).isFalse();
        assertThat(wasEarly).isFalse();
        assertThat(isDrained.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static boolean isOver(CountDownLatch latch) {
        try {
            return latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
