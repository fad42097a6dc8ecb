package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.HookedStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class SweepTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final FsPath GARBAGE = TOP.child("garbage");
    private static final Bytes TEXT = Bytes.utf8("text");
    private static final int MORE_THAN_A_SWEEP_REMEMBERS = 10_100;
    private static final int CALLS_AFTER_AN_INTERRUPT_MAX = 1_300;

    private final MemoryStore store = new MemoryStore();
    private final HookedStore hooked = new HookedStore(store);
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");

    @BeforeEach
    void makeTop() {
        fs.bootstrap();
        asRoot(() -> {
            fs.createDirectory(TOP, Label.PUBLIC, all);
            fs.createDirectory(GARBAGE, Label.PUBLIC, all);
        });
    }

    /// What is kept is counted once, however often the notes are gone over.
    @Test
    void moreDirectoriesThanASweepRemembers_areFreedInOneCycle() throws InterruptedException {
        asRoot(() -> {
            fs.createDirectory(TOP.child("held"), Label.PUBLIC, all);
            for (int i = 0; i < MORE_THAN_A_SWEEP_REMEMBERS; i++) {
                fs.createDirectory(GARBAGE.child("n" + i), Label.PUBLIC, all);
            }
        });
        FsPath held = root.run(() -> fs.open(TOP.child("held"))).path();
        asRoot(() -> {
            fs.unlink(TOP.child("held"), all);
            fs.unlink(GARBAGE, all);
        });
        Collector.Result result = collect();
        assertThat(result.objects()).isEqualTo(MORE_THAN_A_SWEEP_REMEMBERS + 1);
        assertThat(result.entries()).isEqualTo(MORE_THAN_A_SWEEP_REMEMBERS);
        assertThat(result.kept()).isEqualTo(1);
        assertThat(held.steps()).as("held until here").isNotEmpty();
    }

    @Test
    void whatAnotherDirectoryNames_isNoCandidate_whenAnUnreachableOneIsFreed() throws InterruptedException {
        asRoot(() -> {
            fs.create(TOP.child("file"), Kind.FILE, Label.PUBLIC, TEXT, all);
            fs.createDirectory(TOP.child("directory"), Label.PUBLIC, all);
            fs.link(TOP.child("directory"), GARBAGE.child("directory"), all);
            fs.createDirectory(TOP.child("lost"), Label.PUBLIC, all);
            fs.link(TOP.child("lost"), GARBAGE.child("lost"), all);
            fs.unlink(TOP.child("lost"), all);
            fs.unlink(GARBAGE, all);
        });
        assertThat(collect().objects()).isEqualTo(2);
        assertThat(Reachable.notes(store)).isZero();
    }

    /// A server that stops does not wait for a sweep.
    @Test
    void interruptAtAnyCall_endsTheCycleSoon() throws InterruptedException {
        asRoot(() -> {
            fs.create(TOP.child("file"), Kind.FILE, Label.PUBLIC, TEXT, all);
            fs.createDirectory(TOP.child("kept"), Label.PUBLIC, all);
            for (int i = 0; i < 3_000; i++) {
                fs.createDirectory(TOP.child("kept").child("n" + i), Label.PUBLIC, all);
                fs.createDirectory(GARBAGE.child("n" + i), Label.PUBLIC, all);
            }
            fs.createDirectory(GARBAGE.child("wide"), Label.PUBLIC, all);
            for (int i = 0; i < 90_000; i++) {
                fs.link(TOP.child("file"), GARBAGE.child("wide").child("l" + i), all);
            }
            fs.createFaceted(GARBAGE.child("faceted"), all);
        });
        for (int i = 0; i < 400; i++) {
            FsPath facet = GARBAGE.child("faceted").facet(Label.parse("p" + i + ",T"));
            Task another = Tasks.root();
            another.run(() -> {
                fs.link(TOP.child("file"), facet.child("l"), Tasks.all(another, "F"));
                return facet;
            });
        }
        asRoot(() -> fs.unlink(GARBAGE, all));
        boolean isOver = false;
        int interrupted = 0;
        for (int at = 1; !isOver; at += 601) {
            var isLate = new AtomicBoolean();
            hooked.arm(at, () -> {
                Thread.currentThread().interrupt();
                hooked.arm(CALLS_AFTER_AN_INTERRUPT_MAX, () -> isLate.set(true));
            });
            try {
                new Collector(fs, hooked, new SecureRandom(), Duration.ZERO).collect();
                isOver = true;
            } catch (InterruptedException _) {
                interrupted++;
            }
            assertThat(isLate).as("interrupted at call " + at).isFalse();
        }
        assertThat(interrupted).isGreaterThan(3);
        hooked.arm(0, () -> {});
        collect();
        assertThat(Reachable.stored(store)).isEqualTo(Reachable.from(store));
    }

    private Collector.Result collect() throws InterruptedException {
        return new Collector(fs, store, new SecureRandom(), Duration.ZERO).collect();
    }

    private void asRoot(Runnable body) {
        root.run(() -> {
            body.run();
            return root;
        });
    }
}
