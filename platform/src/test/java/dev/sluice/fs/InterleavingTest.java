package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.testing.HookedStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each operation between any two steps of a cycle, and a cycle between any two steps of each operation: what is
/// reachable stays, and the next cycles free the rest.
@Timeout(120)
final class InterleavingTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final FsPath DEEP = TOP.child("z").child("deep");
    private static final Label OTHER = Label.parse("alice,T");
    private static final Bytes TEXT = Bytes.utf8("text");

    /// How long an operation waits for a cycle, which may have to wait for the operation.
    private static final long PATIENCE_MILLIS = 15;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");
    private final AtomicReference<Optional<FsPath>> held = new AtomicReference<>(Optional.empty());

    private final AtomicReference<ObjectId> gone = new AtomicReference<>(ObjectId.derived(""));

    /// In what is garbage but for it.
    private final AtomicReference<Optional<FsPath>> inner = new AtomicReference<>(Optional.empty());

    /// What a task does. `a` and `b` are directories with files in them, `h` was opened and unlinked, `two` had
    /// two links, `g` is a gate.
    enum Act {
        MOVE((fs, test) -> {
            fs.link(TOP.child("a").child("x"), TOP.child("b").child("y"), test.all);
            fs.unlink(TOP.child("a").child("x"), test.all);
        }),
        MOVE_TREE((fs, test) -> {
            fs.link(TOP.child("a"), TOP.child("zz"), test.all);
            fs.unlink(TOP.child("a"), test.all);
        }),
        MOVE_OUT((fs, test) -> {
            fs.link(DEEP.child("old"), TOP.child("a").child("y"), test.all);
            fs.unlink(DEEP, test.all);
        }),
        OPEN_BY_ID((fs, test) -> {
            try {
                test.held.set(Optional.of(fs.openById(test.gone.get(), Kind.FILE)));
            } catch (Refused refused) {
                assertThat(refused.refusal()).isEqualTo(Refusal.NOT_FOUND);
            }
        }),
        RELINK((fs, test) -> fs.relink(TOP.child("a"), TOP.child("b"), test.all)),
        MOVE_OVER((fs, test) -> {
            fs.relink(DEEP.child("old"), TOP.child("a").child("x"), test.all);
            fs.unlink(DEEP, test.all);
        }),
        LINK_OPENED((fs, test) -> fs.link(test.held.get().orElseThrow(), TOP.child("again"), test.all)),
        LINK_OUT_OF_OPENED(
                (fs, test) -> fs.link(test.held.get().orElseThrow().child("x"), TOP.child("saved"), test.all)),
        OPEN_AND_UNLINK((fs, test) -> {
            test.held.set(Optional.of(fs.open(TOP.child("b")).path()));
            fs.unlink(TOP.child("b"), test.all);
        }),
        UNLINK((fs, test) -> fs.unlink(TOP.child("a"), test.all)),
        UNLINK_LAST((fs, test) -> fs.unlink(TOP.child("two"), test.all)),
        CREATE((fs, test) -> {
            fs.createDirectory(TOP.child("new"), Label.PUBLIC, test.all);
            fs.create(TOP.child("new").child("x"), Kind.FILE, Label.PUBLIC, TEXT, test.all);
        }),
        CREATE_GATE((fs, test) -> fs.createTcb(TOP.child("new"), Kind.GATE, Label.PUBLIC, Bytes.EMPTY, test.all)),
        CREATE_FACETED((fs, test) -> {
            fs.createFaceted(TOP.child("faceted"), test.all);
            fs.link(TOP.child("a").child("x"), TOP.child("faceted").facet(OTHER).child("y"), test.all);
            fs.unlink(TOP.child("a").child("x"), test.all);
        }),
        CREATE_UNLINKED((fs, test) ->
                test.held.set(Optional.of(fs.createUnlinkedAt(Kind.DIRECTORY, Label.PUBLIC, TEXT, test.all)))),
        FILL_UNLINKED((fs, test) -> {
            FsPath made = fs.createUnlinkedAt(Kind.FACETED, Label.PUBLIC, TEXT, test.all);
            test.held.set(Optional.of(made));
            fs.link(TOP.child("a").child("x"), made.facet(OTHER).child("y"), test.all);
            fs.unlink(TOP.child("a").child("x"), test.all);
            fs.link(made, TOP.child("late"), test.all);
        }),
        GATE_NAMES_ANOTHER((fs, test) -> {
            LabeledFs.Content target = fs.read(DEEP.child("t"), Kind.GATE);
            fs.writeTcb(
                    fs.read(TOP.child("g"), Kind.GATE), Bytes.utf8(target.id().toString()), 0, test.all);
            fs.unlink(DEEP, test.all);
        });

        @SuppressWarnings("ImmutableEnumChecker") // each captures nothing
        private final Body body;

        Act(Body body) {
            this.body = body;
        }
    }

    @FunctionalInterface
    private interface Body {
        void run(LabeledFs fs, InterleavingTest test);
    }

    @ParameterizedTest
    @EnumSource
    void act_betweenAnyTwoStepsOfACycle(Act act) throws InterruptedException {
        boolean isOver = false;
        for (int at = 1; !isOver; at++) {
            var store = new MemoryStore();
            LabeledFs fs = scene(store);
            var hooked = new HookedStore(store);
            hooked.arm(at, () -> act(fs, act));
            new Collector(fs, hooked, new SecureRandom(), Duration.ZERO).collect();
            compare(act + " at " + at, store, fs);
            isOver = hooked.isUnused();
        }
    }

    @ParameterizedTest
    @EnumSource
    void cycle_betweenAnyTwoStepsOfAnAct(Act act) throws InterruptedException {
        boolean isOver = false;
        for (int at = 1; !isOver; at++) {
            var store = new MemoryStore();
            var hooked = new HookedStore(store);
            LabeledFs fs = scene(hooked);
            var isDone = new CountDownLatch(1);
            var thread = new AtomicReference<Optional<Thread>>(Optional.empty());
            hooked.arm(at, () -> {
                var collector = new Collector(fs, store, new SecureRandom(), Duration.ZERO);
                thread.set(Optional.of(Thread.ofPlatform().start(() -> {
                    collector.collectIfDue();
                    isDone.countDown();
                })));
                waitFor(isDone);
            });
            act(fs, act);
            if (thread.get().isPresent()) {
                thread.get().get().join();
            }
            isOver = hooked.isUnused();
            hooked.arm(0, () -> {});
            compare(act + " at " + at, store, fs);
        }
    }

    private static void waitFor(CountDownLatch isDone) {
        try {
            assertThat(isDone.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isIn(true, false);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void compare(String when, Store store, LabeledFs fs) throws InterruptedException {
        assertThat(Reachable.stored(store)).as(when).containsAll(Reachable.from(store));
        held.get().ifPresent(path -> assertThat(isThere(fs, path)).as(when).isTrue());
        var collector = new Collector(fs, store, new SecureRandom(), Duration.ZERO);
        collector.collect();
        assertThat(Reachable.stored(store)).as(when).containsAll(Reachable.from(store));
        held.get().ifPresent(path -> assertThat(isThere(fs, path)).as(when).isTrue());
        assertThat(isThere(fs, inner.get().orElseThrow())).as(when).isTrue();
        held.set(Optional.empty());
        inner.set(Optional.empty());
        now.set(now.get().plus(Duration.ofDays(1)));
        var last = new Collector(reopened(store), store, new SecureRandom(), Duration.ZERO);
        last.collect();
        last.collect();
        var named = Reachable.from(store);
        assertThat(Reachable.stored(store)).as(when).containsAll(named);
        boolean isNamed = root.run(() -> fs.read(TOP.child("g"), Kind.GATE).version()) > 1;
        assertThat(Reachable.stored(store)).as(when).hasSize(named.size() + (isNamed ? 1 : 0));
        assertThat(Sums.kept(store, List.of("")).get(""))
                .as(when)
                .isNotNull()
                .satisfies(kept -> assertThat(kept.items())
                        .isEqualTo(
                                Sums.counted(store).getOrDefault("", Cost.NONE).items() - 2));
    }

    /// What is held can be used: its files are there.
    private boolean isThere(LabeledFs fs, FsPath path) {
        return root.run(() -> {
            LabeledFs.Stat stat = fs.stat(path);
            if (stat.kind() == Kind.DIRECTORY) {
                for (Entry entry : fs.list(path, "", 10)) {
                    fs.stat(path.child(entry.name()));
                }
            }
            return true;
        });
    }

    private void act(LabeledFs fs, Act act) {
        root.run(() -> {
            try {
                act.body.run(fs, this);
            } catch (Refused refused) {
                throw new AssertionError(act + " was refused", refused);
            }
            return true;
        });
    }

    private LabeledFs scene(Store store) {
        LabeledFs fs = reopened(store);
        fs.bootstrap();
        root.run(() -> {
            fs.createDirectory(TOP, Label.PUBLIC, all);
            for (String name : List.of("a", "b", "h", "garbage")) {
                fs.createDirectory(TOP.child(name), Label.PUBLIC, all);
                fs.create(TOP.child(name).child("x"), Kind.FILE, Label.PUBLIC, TEXT, all);
            }
            fs.createDirectory(TOP.child("z"), Label.PUBLIC, all);
            fs.createDirectory(DEEP, Label.PUBLIC, all);
            fs.createTcb(DEEP.child("t"), Kind.GATE, Label.PUBLIC, Bytes.EMPTY, all);
            fs.link(DEEP.child("t"), TOP.child("one"), all);
            fs.unlink(TOP.child("one"), all);
            fs.createTcb(TOP.child("g"), Kind.GATE, Label.PUBLIC, Bytes.EMPTY, all);
            fs.create(DEEP.child("old"), Kind.FILE, Label.PUBLIC, TEXT, all);
            fs.link(DEEP.child("old"), TOP.child("gone"), all);
            fs.unlink(TOP.child("gone"), all);
            gone.set(fs.create(TOP.child("gone"), Kind.FILE, Label.PUBLIC, TEXT, all));
            fs.unlink(TOP.child("gone"), all);
            fs.create(TOP.child("two"), Kind.FILE, Label.PUBLIC, TEXT, all);
            fs.link(TOP.child("two"), TOP.child("one"), all);
            fs.unlink(TOP.child("one"), all);
            fs.createDirectory(TOP.child("garbage").child("inner"), Label.PUBLIC, all);
            inner.set(Optional.of(fs.open(TOP.child("garbage").child("inner")).path()));
            held.set(Optional.of(fs.open(TOP.child("h")).path()));
            fs.unlink(TOP.child("h"), all);
            fs.unlink(TOP.child("garbage"), all);
            return true;
        });
        return fs;
    }

    private LabeledFs reopened(Store store) {
        return new LabeledFs(
                store, new SecureRandom(), new FsSettings(Quota.DEFAULT, now::get, InterleavingTest::named));
    }

    private static References.Named named(Kind kind, Bytes content) {
        return new References.Named(ObjectId.parse(content.utf8()).map(List::of).orElse(List.of()), List.of());
    }
}
