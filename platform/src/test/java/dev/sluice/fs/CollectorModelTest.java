package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tasks link and unlink at random while the collector runs without a pause: whoever finds an entry finds what it
/// names, and when all is quiet, exactly what the root leads to is left.
@Timeout(120)
final class CollectorModelTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final Label OTHER = Label.parse("alice,T");
    private static final Bytes TEXT = Bytes.utf8("text");
    private static final int MUTATORS = 4;
    private static final int STEPS = 4_000;
    private static final int NAMES = 4;
    private static final int DEPTH_MAX = 4;
    private static final int HELD_MAX = 3;

    private final MemoryStore store = new MemoryStore();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final LabeledFs fs = fs();
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final CountDownLatch hasBegun = new CountDownLatch(1);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void collecting_besideRandomTasks_freesExactlyWhatIsUnreachable(long seed) throws Exception {
        fs.bootstrap();
        root.run(() -> {
            fs.createDirectory(TOP, Label.PUBLIC, all);
            return root;
        });
        long cycles = whileMutating(seed);
        assertThat(cycles).isPositive();
        assertThat(Reachable.stored(store)).containsAll(Reachable.from(store));
        now.set(Instant.EPOCH.plus(Duration.ofDays(1)));
        var last = new Collector(fs(), store, new SecureRandom(), Duration.ZERO);
        last.collect();
        last.collect();
        assertThat(Reachable.stored(store)).as("nothing reachable is gone").containsAll(Reachable.from(store));
        assertThat(Reachable.from(store)).as("nothing else is left").containsAll(Reachable.stored(store));
        assertThat(Reachable.notes(store)).isZero();
        assertThat(Objects.requireNonNull(Sums.kept(store, List.of("")).get("")).items())
                .isEqualTo(Objects.requireNonNull(Sums.counted(store).get("")).items() - 2);
        assertThat(Map.copyOf(Sums.counted(store))).containsOnlyKeys("");
    }

    private long whileMutating(long seed) throws ExecutionException, InterruptedException {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> collecting = executor.submit(this::collect);
            hasBegun.await();
            var mutators = new ArrayList<Future<Void>>();
            for (int i = 0; i < MUTATORS; i++) {
                mutators.add(executor.submit(new Mutator(seed * MUTATORS + i)));
            }
            Future<Void> reader = executor.submit(this::read);
            try {
                for (Future<Void> mutator : mutators) {
                    mutator.get();
                }
            } finally {
                isOver.set(true);
            }
            reader.get();
            return collecting.get();
        }
    }

    private long collect() throws InterruptedException {
        var collector = new Collector(fs, store, new SecureRandom(), Duration.ZERO);
        long cycles = 0;
        hasBegun.countDown();
        do { // on a busy machine the others may be done by then
            collector.collect();
            cycles++;
        } while (!isOver.get());
        return cycles;
    }

    /// Whoever finds an entry finds what it names, unless it names something else by then.
    private Void read() {
        var random = new Random(0);
        while (!isOver.get()) {
            root.run(() -> lookAt(path(random)));
        }
        return null;
    }

    private Task lookAt(FsPath path) {
        Optional<Entry> found = find(path);
        if (found.isPresent() && found.get().kind() == Kind.FILE) {
            boolean isGone = store.get(Keys.object(found.get().target())).isEmpty();
            if (isGone) {
                assertThat(find(path)).as("a dangling entry").isNotEqualTo(found);
            }
        }
        return root;
    }

    private Optional<Entry> find(FsPath path) {
        try {
            return fs.find(path);
        } catch (Refused gone) {
            return Optional.empty();
        }
    }

    private static FsPath path(Random random) {
        FsPath path = TOP;
        int depth = 1 + random.nextInt(DEPTH_MAX);
        for (int i = 0; i < depth; i++) {
            path = path.child("n" + random.nextInt(NAMES));
            if (random.nextInt(4) == 0) {
                path = path.facet(random.nextBoolean() ? Label.PUBLIC : OTHER).child("n" + random.nextInt(NAMES));
            }
        }
        return path;
    }

    private LabeledFs fs() {
        return new LabeledFs(store, new SecureRandom(), new FsSettings(Quota.DEFAULT, now::get, References.NONE));
    }

    private final class Mutator implements Callable<Void> {
        private final Random random;
        private final List<FsPath> held = new ArrayList<>();

        Mutator(long seed) {
            this.random = new Random(seed);
        }

        @Override
        public Void call() {
            for (int i = 0; i < STEPS; i++) {
                root.run(() -> {
                    try {
                        act();
                    } catch (Refused refused) {
                        assertThat(refused.refusal())
                                .isIn(Refusal.NOT_FOUND, Refusal.EXISTS, Refusal.WRONG_KIND, Refusal.INVALID);
                    }
                    return root;
                });
            }
            assertThat(held).doesNotContainNull(); // and so held until here
            return null;
        }

        private void act() {
            switch (random.nextInt(10)) {
                case 0, 1 -> fs.create(somewhere(), Kind.FILE, Label.PUBLIC, TEXT, all);
                case 2 -> fs.createDirectory(somewhere(), Label.PUBLIC, all);
                case 3 -> fs.createFaceted(somewhere(), all);
                case 4 -> fs.link(something(), somewhere(), all);
                case 5 -> fs.relink(something(), somewhere(), all);
                case 6 -> hold(fs.open(something()).path());
                case 7 ->
                    hold(fs.createUnlinkedAt(
                            List.of(Kind.DIRECTORY, Kind.FACETED, Kind.FILE).get(random.nextInt(3)),
                            Label.PUBLIC,
                            TEXT,
                            all));
                default -> fs.unlink(somewhere(), all);
            }
        }

        private void hold(FsPath opened) {
            if (held.size() == HELD_MAX) {
                held.remove(random.nextInt(HELD_MAX));
            }
            held.add(opened);
        }

        private FsPath something() {
            return !held.isEmpty() && random.nextInt(3) == 0 ? held.get(random.nextInt(held.size())) : somewhere();
        }

        private FsPath somewhere() {
            if (!held.isEmpty() && random.nextInt(4) == 0) {
                return held.get(random.nextInt(held.size())).child("n" + random.nextInt(NAMES));
            }
            return path(random);
        }
    }
}
