package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import dev.sluice.testing.FaultyStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CollectorTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final Label ALICES = Label.parse("alice,alice");
    private static final Bytes TEXT = Bytes.utf8("text");
    private static final List<String> PAYERS = List.of("");

    private final MemoryStore store = new MemoryStore();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final LabeledFs fs = fs(store);
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");

    @BeforeEach
    void makeTop() {
        fs.bootstrap();
        asRoot(() -> fs.createDirectory(TOP, Label.PUBLIC, all));
    }

    @Test
    void whatIsReachable_stays() throws InterruptedException {
        plant(TOP);
        var before = Reachable.stored(store);
        collect();
        collect();
        assertThat(Reachable.stored(store)).isEqualTo(before);
    }

    /// A directory, what is below it, facets, circles of hard links and all that hangs on them.
    @Test
    void unlinkedTree_isFreedAsAWhole_andPaidBack() throws InterruptedException {
        var before = Reachable.stored(store);
        plant(TOP);
        for (String name : List.of("d", "f", "file", "g")) {
            asRoot(() -> fs.unlink(TOP.child(name), all));
        }
        assertThat(Reachable.stored(store)).hasSizeGreaterThan(before.size() + 10);
        collect();
        assertThat(Reachable.stored(store)).isEqualTo(before);
        assertThat(Reachable.notes(store)).isZero();
        assertThat(Sums.kept(store, PAYERS)).isEqualTo(Map.copyOf(withoutBootstrap(Sums.counted(store))));
    }

    @Test
    void directoryOfManyEntries_isFreedInBatches() throws InterruptedException {
        asRoot(() -> fs.createDirectory(TOP.child("d"), Label.PUBLIC, all));
        asRoot(() -> fs.create(TOP.child("kept"), Kind.FILE, Label.PUBLIC, TEXT, all));
        var before = Reachable.from(store);
        for (int i = 0; i < 1_000; i++) {
            FsPath name = TOP.child("d").child("n" + i);
            if (i % 3 == 0) {
                asRoot(() -> fs.link(TOP.child("kept"), name, all));
            } else {
                asRoot(() -> fs.create(name, Kind.FILE, Label.PUBLIC, TEXT, all));
            }
        }
        asRoot(() -> fs.unlink(TOP.child("d"), all));
        Collector.Result result = collect();
        assertThat(result.entries()).isEqualTo(1_000);
        assertThat(result.objects()).isEqualTo(667);
        assertThat(before).containsAll(Reachable.stored(store));
        assertThat(root.run(() -> fs.read(TOP.child("kept"), Kind.FILE)).bytes())
                .isEqualTo(TEXT);
    }

    @Test
    void objectWithAnotherLink_stays_andGoesWithItsLastOne() throws InterruptedException {
        asRoot(() -> fs.create(TOP.child("a"), Kind.FILE, Label.PUBLIC, TEXT, all));
        asRoot(() -> fs.link(TOP.child("a"), TOP.child("b"), all));
        asRoot(() -> fs.unlink(TOP.child("a"), all));
        collect();
        assertThat(root.run(() -> fs.read(TOP.child("b"), Kind.FILE)).bytes()).isEqualTo(TEXT);
        assertThat(Reachable.notes(store)).as("it is no candidate any more").isZero();
        asRoot(() -> fs.create(TOP.child("c"), Kind.FILE, Label.PUBLIC, TEXT, all));
        asRoot(() -> fs.relink(TOP.child("c"), TOP.child("b"), all));
        assertThat(collect().objects()).isEqualTo(1);
        assertThat(Reachable.stored(store)).isEqualTo(Reachable.from(store));
    }

    @Test
    void openedObject_staysAsLongAsItIsHeld() throws InterruptedException {
        asRoot(() -> fs.createDirectory(TOP.child("d"), Label.PUBLIC, all));
        asRoot(() -> fs.create(TOP.child("d").child("x"), Kind.FILE, Label.PUBLIC, TEXT, all));
        FsPath opened = root.run(() -> fs.open(TOP.child("d"))).path();
        asRoot(() -> fs.unlink(TOP.child("d"), all));
        collect();
        collect();
        assertThat(root.run(() -> fs.read(opened.child("x"), Kind.FILE)).bytes())
                .isEqualTo(TEXT);
        asRoot(() -> fs.link(opened, TOP.child("again"), all));
        collect();
        assertThat(root.run(() -> fs.read(TOP.child("again").child("x"), Kind.FILE))
                        .bytes())
                .isEqualTo(TEXT);
        assertThat(opened.steps()).isNotEmpty(); // and so held until here
        asRoot(() -> fs.unlink(TOP.child("again"), all));
        Collector.Result afterAll = restarted().collect();
        assertThat(afterAll.objects())
                .as("nobody holds anything after a restart")
                .isEqualTo(2);
    }

    @Test
    void unlinkedObject_staysForItsLease_alsoAfterARestart() throws InterruptedException {
        ObjectId id = root.run(() -> fs.createUnlinked(Kind.FILE, ALICES, TEXT, all));
        asRoot(() -> fs.createUnlinkedAt(Kind.DIRECTORY, ALICES, Bytes.EMPTY, all));
        now.set(Instant.EPOCH.plus(Barrier.LEASE).minusMillis(1));
        assertThat(restarted().collect().objects()).isZero();
        assertThat(root.run(() -> fs.readById(id, Kind.FILE)).bytes()).isEqualTo(TEXT);
        now.set(Instant.EPOCH.plus(Barrier.LEASE));
        assertThat(restarted().collect().objects()).isEqualTo(2);
        assertThatThrownBy(() -> root.run(() -> fs.readById(id, Kind.FILE))).isInstanceOf(Refused.class);
    }

    /// After a restart nobody holds the directory any more; the lease alone keeps what is in it.
    @Test
    void leased_keepsWhatItLeadsTo() throws InterruptedException {
        FsPath leased = root.run(() -> fs.createUnlinkedAt(Kind.DIRECTORY, Label.PUBLIC, Bytes.EMPTY, all));
        asRoot(() -> fs.create(TOP.child("a"), Kind.FILE, Label.PUBLIC, TEXT, all));
        asRoot(() -> fs.link(TOP.child("a"), leased.child("b"), all));
        asRoot(() -> fs.unlink(TOP.child("a"), all));
        assertThat(restarted().collect().objects()).isZero();
        assertThat(root.run(() -> fs.read(leased.child("b"), Kind.FILE)).bytes())
                .isEqualTo(TEXT);
    }

    @Test
    void lease_isNotShortened_byALinkThatComesAndGoes() throws InterruptedException {
        ObjectId id = root.run(() -> fs.createUnlinked(Kind.FILE, ALICES, TEXT, all));
        LabeledFs another = fs(store);
        asRoot(() -> another.link(another.openById(id, Kind.FILE), TOP.child("a"), all));
        asRoot(() -> another.unlink(TOP.child("a"), all));
        assertThat(restarted().collect().objects()).isZero();
        assertThat(root.run(() -> fs.readById(id, Kind.FILE)).bytes()).isEqualTo(TEXT);
    }

    /// What a gate names by its id stays, though nothing links it any more.
    @Test
    void targetOfAGate_staysWithTheGate() throws InterruptedException {
        ObjectId target = root.run(() -> fs.createTcb(TOP.child("t"), Kind.GATE, Label.PUBLIC, Bytes.EMPTY, all));
        asRoot(() -> fs.createTcb(TOP.child("r"), Kind.GATE, Label.PUBLIC, Bytes.utf8(target.toString()), all));
        asRoot(() -> fs.unlink(TOP.child("t"), all));
        collect();
        collect();
        assertThat(root.run(() -> fs.readById(target, Kind.GATE)).id()).isEqualTo(target);
        asRoot(() -> fs.unlink(TOP.child("r"), all));
        collect();
        collect();
        assertThat(Reachable.stored(store)).isEqualTo(Reachable.from(store));
    }

    /// Wherever the store fails: what is reachable is there, and the next collector frees the rest.
    @ParameterizedTest
    @EnumSource
    void cycleThatFailsAtAnyCall_losesNothing_andIsBegunAgain(FaultyStore.Fault fault) throws InterruptedException {
        for (int failAt = 1, unused = 0; unused == 0; failAt++) {
            plant(TOP);
            asRoot(() -> fs.createDirectory(TOP.child("s"), Label.PUBLIC, all));
            plant(TOP.child("s"));
            for (String name : List.of("d", "f", "file")) {
                asRoot(() -> fs.unlink(TOP.child("s").child(name), all));
            }
            var faulty = new FaultyStore(store, failAt, fault);
            var reachable = Reachable.from(store);
            try {
                new Collector(fs(faulty), faulty, new SecureRandom(), Duration.ZERO).collect();
                unused = faulty.isUnused() ? 1 : 0;
            } catch (StoreFailed _) {
                unused = 0;
            }
            assertThat(Reachable.from(store)).isEqualTo(reachable);
            restarted().collect();
            assertThat(Reachable.stored(store)).isEqualTo(reachable);
            assertThat(Sums.kept(store, PAYERS)).isEqualTo(withoutBootstrap(Sums.counted(store)));
            for (String name : List.of("d", "f", "file", "g", "s")) {
                asRoot(() -> fs.unlink(TOP.child(name), all));
            }
        }
    }

    @Test
    void interruptedCycle_ends_andTheNextOneFreesAll() throws InterruptedException {
        plant(TOP);
        asRoot(() -> fs.unlink(TOP.child("d"), all));
        Thread.currentThread().interrupt();
        assertThatThrownBy(this::collect).isInstanceOf(InterruptedException.class);
        collect();
        assertThat(Reachable.stored(store)).isEqualTo(Reachable.from(store));
    }

    @Test
    void filter_forgetsNothing_andErrsSeldomAndDifferentlyWithAnotherSeed() {
        var random = new Random(1);
        var one = new Bloom(1 << 16, 1);
        var two = new Bloom(1 << 16, 2);
        long[] in = random.longs(80_000).toArray();
        for (int i = 0; i < in.length; i += 2) {
            one.add(in[i], in[i + 1]);
            two.add(in[i], in[i + 1]);
            assertThat(one.contains(in[i], in[i + 1])).isTrue();
        }
        int wrong = 0;
        int wrongTwice = 0;
        long[] out = random.longs(80_000).toArray();
        for (int i = 0; i < out.length; i += 2) {
            boolean isWrong = one.contains(out[i], out[i + 1]);
            wrong += isWrong ? 1 : 0;
            wrongTwice += isWrong && two.contains(out[i], out[i + 1]) ? 1 : 0;
        }
        assertThat(wrong).isBetween(1, 2_000);
        assertThat(wrongTwice).isLessThan(wrong / 4);
    }

    /// A directory `d` with a circle in it, a faceted directory `f`, a file and a gate.
    private void plant(FsPath at) {
        asRoot(() -> fs.createDirectory(at.child("d"), Label.PUBLIC, all));
        asRoot(() -> fs.createDirectory(at.child("d").child("e"), ALICES, all));
        asRoot(() -> fs.create(at.child("d").child("e").child("x"), Kind.FILE, ALICES, TEXT, all));
        asRoot(() -> fs.link(at.child("d"), at.child("d").child("e").child("circle"), all));
        asRoot(() -> fs.createFaceted(at.child("f"), all));
        asRoot(() -> fs.create(at.child("f").facet(ALICES).child("x"), Kind.FILE, ALICES, TEXT, all));
        asRoot(() -> fs.link(at.child("f"), at.child("f").facet(ALICES).child("self"), all));
        asRoot(() -> fs.create(at.child("file"), Kind.FILE, ALICES, TEXT, all));
        asRoot(() -> fs.createTcb(at.child("g"), Kind.GATE, ALICES, Bytes.EMPTY, all));
        asRoot(() -> fs.link(at.child("file"), at.child("d").child("file"), all));
    }

    private Collector.Result collect() throws InterruptedException {
        return new Collector(fs, store, new SecureRandom(), Duration.ZERO).collect();
    }

    /// As after a crash: another process over the same store.
    private Collector restarted() {
        return new Collector(fs(store), store, new SecureRandom(), Duration.ZERO);
    }

    private LabeledFs fs(Store of) {
        return new LabeledFs(of, new SecureRandom(), new FsSettings(Quota.DEFAULT, now::get, CollectorTest::named));
    }

    private static References.Named named(Kind kind, Bytes content) {
        return new References.Named(ObjectId.parse(content.utf8()).map(List::of).orElse(List.of()), List.of());
    }

    private static Map<String, Cost> withoutBootstrap(Map<String, Cost> counted) {
        Cost bootstrap = counted.get("");
        Cost home = new Cost(1, Keys.entry(Walk.ROOT_ID, "home").length() + 22);
        Cost orgs = new Cost(1, Keys.entry(Walk.ROOT_ID, "orgs").length() + 22);
        return Map.of("", bootstrap == null ? Cost.NONE : bootstrap.minus(home).minus(orgs));
    }

    private void asRoot(Runnable body) {
        root.run(() -> {
            body.run();
            return root;
        });
    }
}
