package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import dev.sluice.testing.FaultyStore;
import dev.sluice.testing.HookedStore;
import dev.sluice.testing.Tasks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class BlobCollectorTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final Duration LATER = BlobCollector.GRACE.plusMillis(1);

    private final MemoryStore store = new MemoryStore();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000_000));
    private final MemoryBlobs blobs = new MemoryBlobs(now::get);
    private final LabeledFs fs = fs(store);
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");

    @BeforeEach
    void makeTop() {
        fs.bootstrap();
        asRoot(() -> fs.createDirectory(TOP, Label.PUBLIC, all));
    }

    @Test
    void bytesThatNothingNames_areDeleted_whenTheyAreOld() throws Exception {
        put("a");
        pass(BlobCollector.GRACE);
        assertThat(collect()).as("a run may still have it in hand").isZero();
        pass(Duration.ofMillis(1));
        Digest held = put("held");
        pass(LATER);
        try (Blobs.Hold _ = blobs.hold(held)) {
            assertThat(collect()).isEqualTo(1);
            assertThat(blobs.list(Optional.empty(), 10)).containsExactly(held);
        }
        assertThat(collect()).isEqualTo(1);
    }

    @Test
    void bytesThatABlobNames_stay_untilItIsCollected_andAWhileLonger() throws Exception {
        asRoot(() -> fs.create(TOP.child("a"), Kind.BLOB, Label.PUBLIC, blob("x"), all));
        asRoot(() -> fs.create(TOP.child("b"), Kind.BLOB, Label.PUBLIC, blob("x"), all));
        pass(LATER);
        assertThat(collect()).isZero();
        asRoot(() -> fs.unlink(TOP.child("a"), all));
        collectObjects();
        pass(LATER);
        assertThat(collect()).as("the other one names them").isZero();
        asRoot(() -> fs.unlink(TOP.child("b"), all));
        pass(LATER);
        assertThat(collect()).as("the object is there still").isZero();
        collectObjects();
        assertThat(collect()).as("who has read the object may open them").isZero();
        pass(BlobCollector.GRACE);
        assertThat(collect()).isZero();
        pass(Duration.ofMillis(1));
        assertThat(collect()).isEqualTo(1);
        assertThat(notesOfBlobs()).isZero();
    }

    @Test
    void linksAndHandles_keepBytes_asTheyKeepTheObject() throws Exception {
        asRoot(() -> fs.create(TOP.child("a"), Kind.BLOB, Label.PUBLIC, blob("x"), all));
        asRoot(() -> fs.link(TOP.child("a"), TOP.child("b"), all));
        asRoot(() -> fs.unlink(TOP.child("a"), all));
        FsPath opened = root.run(() -> fs.open(TOP.child("b"))).path();
        asRoot(() -> fs.unlink(TOP.child("b"), all));
        ObjectId unlinked = root.run(() -> fs.createUnlinked(Kind.BLOB, Label.PUBLIC, blob("y"), all));
        collectObjects();
        pass(Duration.ofMinutes(59));
        collectObjects();
        pass(Duration.ofSeconds(59));
        assertThat(collect()).isZero();
        assertThat(opened.steps()).isNotEmpty(); // and so held until here
        pass(LATER);
        assertThat(collect()).isZero();
        assertThat(root.run(() -> fs.readById(unlinked, Kind.BLOB)).bytes()).isEqualTo(blob("y"));
        restarted().collect();
        pass(LATER);
        assertThat(collect()).isEqualTo(2);
    }

    @Test
    void bytesOfAnOverwrittenBlob_goOnce_nothingElseNamesThem() throws Exception {
        asRoot(() -> fs.create(TOP.child("a"), Kind.BLOB, Label.PUBLIC, blob("x"), all));
        asRoot(() -> fs.write(TOP.child("a"), Kind.BLOB, blob("y"), 0, all));
        asRoot(() -> fs.write(TOP.child("a"), Kind.BLOB, blob("y"), 0, all));
        pass(LATER);
        assertThat(collect()).isEqualTo(1);
        assertThat(blobs.list(Optional.empty(), 10)).containsExactly(Digest.of(Bytes.utf8("y")));
    }

    /// What it runs is in a gate's content, which another room reads.
    @Test
    void bytesThatAGateRuns_stayAsLongAsItDoes() throws Exception {
        Digest first = put("first");
        Digest second = put("second");
        asRoot(() -> fs.createTcb(TOP.child("g"), Kind.GATE, Label.PUBLIC, Bytes.utf8(first.hex()), all));
        pass(LATER);
        assertThat(collect()).isEqualTo(1);
        put("second");
        LabeledFs.Content before = root.run(() -> fs.read(TOP.child("g"), Kind.GATE));
        asRoot(() -> fs.writeTcb(before, Bytes.utf8(second.hex()), 0, all));
        assertThat(collect()).as("a run may have resolved the gate before").isZero();
        pass(LATER);
        assertThat(collect()).isEqualTo(1);
        assertThat(blobs.list(Optional.empty(), 10)).containsExactly(second);
        asRoot(() -> fs.unlink(TOP.child("g"), all));
        collectObjects();
        pass(LATER);
        assertThat(collect()).isEqualTo(1);
    }

    /// A store from before uses were noted: nothing of it is lost, and its garbage goes.
    @Test
    void recordsWithoutNotes_areFoundOnce() throws Exception {
        asRoot(() -> fs.create(TOP.child("a"), Kind.BLOB, Label.PUBLIC, blob("x"), all));
        Digest run = put("run");
        asRoot(() -> fs.createTcb(TOP.child("g"), Kind.GATE, Label.PUBLIC, Bytes.utf8(run.hex()), all));
        put("garbage");
        forgetNotes();
        pass(LATER);
        assertThat(collect()).isEqualTo(1);
        assertThat(blobs.count()).isEqualTo(2);
        forgetNotesButTheMark();
        assertThat(collect()).as("it looks through all records only once").isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void roundThatFailsAtAnyCall_losesNothing_andIsBegunAgain(FaultyStore.Fault fault) throws Exception {
        for (int failAt = 1, unused = 0; unused == 0; failAt++) {
            asRoot(() -> fs.create(TOP.child("a"), Kind.BLOB, Label.PUBLIC, blob("x"), all));
            put("garbage");
            forgetNotes();
            pass(LATER);
            var faulty = new FaultyStore(store, failAt, fault);
            try {
                new BlobCollector(fs(faulty), faulty, blobs, now::get, Duration.ZERO).collect();
                unused = faulty.isUnused() ? 1 : 0;
            } catch (StoreFailed _) {
                unused = 0;
            }
            assertThat(blobs.open(Digest.of(Bytes.utf8("x")))).isPresent();
            collect();
            assertThat(blobs.list(Optional.empty(), 10)).containsExactly(Digest.of(Bytes.utf8("x")));
            asRoot(() -> fs.unlink(TOP.child("a"), all));
            collectObjects();
        }
    }

    /// A batch is one: the use is noted if and only if the object is there.
    @ParameterizedTest
    @EnumSource
    void objectThatIsMadeInAFailingStore_isNotedIfItIsThere(FaultyStore.Fault fault) throws Exception {
        for (int failAt = 1; failAt < 12; failAt++) {
            Bytes content = blob("x" + failAt);
            LabeledFs faulty = fs(new FaultyStore(store, failAt, fault));
            String name = "n" + failAt;
            try {
                asRoot(() -> faulty.create(TOP.child(name), Kind.BLOB, Label.PUBLIC, content, all));
            } catch (StoreFailed _) {
                assertThat(failAt).isPositive();
            }
            boolean isThere = root.run(() -> fs.find(TOP.child(name))).isPresent();
            boolean isUnused = BlobUses.isUnused(
                    store, BlobRef.decode(content).digest(), now.get().plus(LATER));
            assertThat(isUnused).isEqualTo(!isThere);
        }
    }

    @Test
    void interruptedRound_ends() throws Exception {
        put("a");
        pass(LATER);
        Thread.currentThread().interrupt();
        assertThatThrownBy(this::collect).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void interruptedRound_leavesItsThreadInterrupted() throws Exception {
        put("a");
        Thread.currentThread().interrupt();
        collector(store).collectAndLog();
        assertThat(Thread.interrupted()).isTrue();
    }

    /// Who changes a record notes what it names from then on, and not what it named.
    @Test
    void recordThatChanges_whileRecordsWithoutNotesAreLookedAt_isNotNotedForWhatItNamedBefore() throws Exception {
        Bytes before = blob("before");
        Bytes after = blob("after");
        FsPath path = TOP.child("x");
        asRoot(() -> fs.create(path, Kind.BLOB, Label.PUBLIC, before, all));
        boolean isOver = false;
        for (int at = 1; !isOver; at++) {
            asRoot(() -> fs.write(path, Kind.BLOB, before, 0, all));
            forgetNotes();
            var hooked = new HookedStore(store);
            hooked.arm(at, () -> asRoot(() -> fs.write(path, Kind.BLOB, after, 0, all)));
            collector(hooked).collect();
            isOver = hooked.isUnused();
            asRoot(() -> fs.write(path, Kind.BLOB, after, 0, all));
            assertThat(BlobUses.isUnused(
                            store, BlobRef.decode(before).digest(), now.get().plus(LATER)))
                    .as("at " + at)
                    .isTrue();
        }
    }

    private void pass(Duration time) {
        now.set(now.get().plus(time));
    }

    private Digest put(String text) throws IOException {
        return blobs.put(new ByteArrayInputStream(Bytes.utf8(text).toArray()), 100);
    }

    private Bytes blob(String text) {
        try {
            return new BlobRef(put(text), text.length()).encode();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private long collect() throws IOException, InterruptedException {
        return collector(store).collect();
    }

    private BlobCollector collector(Store through) {
        return new BlobCollector(fs, through, blobs, now::get, Duration.ZERO);
    }

    private void collectObjects() throws InterruptedException {
        new Collector(fs, store, new SecureRandom(), Duration.ZERO).collect();
    }

    private Collector restarted() {
        return new Collector(fs(store), store, new SecureRandom(), Duration.ZERO);
    }

    private void forgetNotes() {
        forgetNotesButTheMark();
        store.commit(new Batch().delete(Keys.blobUsesNoted()));
    }

    private void forgetNotesButTheMark() {
        for (Store.Entry entry : store.scan(Bytes.EMPTY, Bytes.EMPTY, 1_000)) {
            if (entry.key().at(4) == 'b' && !entry.key().equals(Keys.blobUsesNoted())) {
                store.commit(new Batch().delete(entry.key()));
            }
        }
    }

    private long notesOfBlobs() {
        return store.scan(Bytes.EMPTY, Bytes.EMPTY, 1_000).stream()
                .filter(entry -> entry.key().at(4) == 'b' && !entry.key().equals(Keys.blobUsesNoted()))
                .count();
    }

    private LabeledFs fs(Store of) {
        return new LabeledFs(of, new SecureRandom(), new FsSettings(Quota.DEFAULT, now::get, BlobCollectorTest::named));
    }

    /// Here a gate's content is the digest of what it runs.
    private static References.Named named(Kind kind, Bytes content) {
        return kind == Kind.GATE
                ? new References.Named(List.of(), List.of(new Digest(content.utf8())))
                : References.Named.NOTHING;
    }

    private void asRoot(Runnable body) {
        root.run(() -> {
            body.run();
            return root;
        });
    }
}
