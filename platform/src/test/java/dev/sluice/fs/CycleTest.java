package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.testing.HookedStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// When a cycle begins, what it looks at, and how it ends.
@Timeout(120)
final class CycleTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final FsPath FACETED = TOP.child("faceted");
    private static final FsPath SOURCE = TOP.child("a").child("x");
    private static final FsPath TARGET = TOP.child("b").child("y");
    private static final Label OTHER = Label.parse("alice,T");
    private static final Bytes TEXT = Bytes.utf8("text");

    /// How many calls it takes to see that no note is due.
    private static final int LOOK_CALLS_MAX = 8;

    private static final int LEASED = 60;
    private static final long PATIENCE_MILLIS = 15;

    private final MemoryStore store = new MemoryStore();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");
    private LabeledFs fs = reopened(store);

    @BeforeEach
    void makeTop() {
        fs.bootstrap();
        asRoot(() -> fs.createDirectory(TOP, Label.PUBLIC, all));
    }

    @Test
    void withoutAnythingDue_noCycleBegins() {
        asRoot(() -> fs.createUnlinked(Kind.FILE, Label.PUBLIC, TEXT, all));
        var hooked = new HookedStore(store);
        hooked.arm(LOOK_CALLS_MAX, () -> {});
        collector(hooked).collectIfDue();
        assertThat(hooked.isUnused()).isTrue();
        now.set(now.get().plus(Duration.ofDays(1)));
        collector(hooked).collectIfDue();
        assertThat(hooked.isUnused()).isFalse();
        assertThat(Reachable.stored(store)).isEqualTo(Reachable.from(store));
    }

    @Test
    void somethingDueAmongWhatIsLeased_beginsACycle() {
        ObjectId due = create(TOP.child("due"));
        asRoot(() -> fs.unlink(TOP.child("due"), all));
        for (int i = 0; i < LEASED; i++) {
            asRoot(() -> fs.createUnlinked(Kind.FILE, Label.PUBLIC, TEXT, all));
        }
        collector(store).collectIfDue();
        assertThat(store.get(Keys.object(due))).isEmpty();
        assertThat(Reachable.notes(store)).isEqualTo(LEASED);
    }

    @Test
    void interruptedCycle_leavesItsThreadInterrupted() {
        create(TOP.child("due"));
        asRoot(() -> fs.unlink(TOP.child("due"), all));
        Thread.currentThread().interrupt();
        collector(store).collectIfDue();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void marksOfACycleThatWasKilled_areGoneBeforeTheNextOneMarks() throws InterruptedException {
        Bytes left = Keys.marked(Bytes.utf8("12345678"), Walk.ROOT_ID);
        store.commitBehind(new Batch().put(left, TEXT));
        var hooked = new HookedStore(store);
        var isThere = new AtomicBoolean(true);
        hooked.arm(4, () -> isThere.set(store.get(left).isPresent()));
        collector(hooked).collect();
        assertThat(isThere).isFalse();
    }

    /// What leads to itself and is held by a handle alone is freed after the handle.
    @Test
    void heldFacetedDirectory_thatLeadsToItself_isFreedLater() throws InterruptedException {
        asRoot(() -> {
            fs.createFaceted(FACETED, all);
            fs.link(FACETED, FACETED.facet(OTHER).child("self"), all);
        });
        FsPath held = root.run(() -> fs.open(FACETED)).path();
        asRoot(() -> fs.unlink(FACETED, all));
        collector(store).collect();
        assertThat(root.run(() -> fs.stat(held)).kind()).isEqualTo(Kind.FACETED);
        fs = reopened(store);
        collector(store).collect();
        assertThat(Reachable.stored(store)).isEqualTo(Reachable.from(store));
    }

    @Test
    void whatTheRootLeadsTo_throughAFacet_isNoCandidate() throws InterruptedException {
        create(TOP.child("file"));
        asRoot(() -> {
            fs.createFaceted(FACETED, all);
            fs.link(TOP.child("file"), FACETED.facet(OTHER).child("file"), all);
            fs.unlink(TOP.child("file"), all);
        });
        assertThat(Reachable.notes(store)).isEqualTo(1);
        assertThat(collector(store).collect().objects()).isZero();
        assertThat(Reachable.notes(store)).isZero();
    }

    /// What one task does while a cycle runs, and what another one does when the first is half done.
    enum Meeting {
        /// The first has found a file; then the directory goes away that the file was in.
        LINK_OF_WHAT_GOES_AWAY {
            @Override
            void first(LabeledFs fs, Privilege all) {
                try {
                    fs.link(SOURCE, TARGET, all);
                } catch (Refused gone) {
                    assertThat(fs.find(SOURCE)).isEmpty();
                }
            }

            @Override
            void second(LabeledFs fs, Privilege all) {
                fs.unlink(TOP.child("a"), all);
            }
        },
        CREATION_OF_A_GATE {
            @Override
            void first(LabeledFs fs, Privilege all) {
                fs.createTcb(TARGET, Kind.GATE, Label.PUBLIC, TEXT, all);
            }

            @Override
            void second(LabeledFs fs, Privilege all) {
                fs.unlink(SOURCE, all);
            }
        };

        abstract void first(LabeledFs fs, Privilege all);

        abstract void second(LabeledFs fs, Privilege all);
    }

    /// The marking does not end before the first task has.
    @ParameterizedTest
    @EnumSource
    void taskUnderWay_isWaitedForBeforeTheMarkingEnds(Meeting meeting) throws InterruptedException {
        int rounds = 0;
        boolean isCycleOver = false;
        for (int at = 1; !isCycleOver; at++) {
            boolean isTaskOver = false;
            for (int within = 1; !isTaskOver && !isCycleOver; within++) {
                Stage stage = new Stage(meeting, at, within);
                isCycleOver = stage.cycle.isUnused();
                isTaskOver = stage.tasks.isUnused();
                assertThat(Reachable.stored(stage.plain))
                        .as("at %d, within %d", at, within)
                        .containsAll(Reachable.from(stage.plain));
                rounds++;
            }
        }
        assertThat(rounds).isGreaterThan(50);
    }

    /// Before a call of the cycle the first task begins; before one of its calls the second does its part, and the
    /// cycle goes on until it is over or waits.
    private final class Stage {
        final MemoryStore plain = new MemoryStore();
        final HookedStore cycle = new HookedStore(plain);
        final HookedStore tasks = new HookedStore(plain);

        Stage(Meeting meeting, int at, int within) throws InterruptedException {
            LabeledFs both = reopened(tasks);
            both.bootstrap();
            asRoot(() -> {
                both.createDirectory(TOP, Label.PUBLIC, all);
                both.createDirectory(TOP.child("a"), Label.PUBLIC, all);
                both.createDirectory(TOP.child("b"), Label.PUBLIC, all);
                both.create(SOURCE, Kind.FILE, Label.PUBLIC, TEXT, all);
                both.link(SOURCE, TOP.child("one"), all);
                both.unlink(TOP.child("one"), all);
            });
            var isHalfDone = new CountDownLatch(1);
            var isOver = new CountDownLatch(1);
            tasks.arm(within, () -> {
                asRoot(() -> meeting.second(both, all));
                isHalfDone.countDown();
                waitFor(isOver);
            });
            Thread first = Thread.ofPlatform().unstarted(() -> {
                asRoot(() -> meeting.first(both, all));
                isHalfDone.countDown();
            });
            cycle.arm(at, () -> {
                first.start();
                waitFor(isHalfDone);
            });
            new Collector(both, cycle, new SecureRandom(), Duration.ZERO).collect();
            isOver.countDown();
            first.join();
        }

        private static void waitFor(CountDownLatch latch) {
            try {
                assertThat(latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isIn(true, false);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ObjectId create(FsPath path) {
        return root.run(() -> fs.create(path, Kind.FILE, Label.PUBLIC, TEXT, all));
    }

    private Collector collector(Store through) {
        return new Collector(fs, through, new SecureRandom(), Duration.ZERO);
    }

    private LabeledFs reopened(Store of) {
        return new LabeledFs(of, new SecureRandom(), new FsSettings(Quota.DEFAULT, now::get, References.NONE));
    }

    private void asRoot(Runnable body) {
        root.run(() -> {
            body.run();
            return root;
        });
    }
}
