package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.fs.Marks.Gray;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class BarrierTest {
    private static final ObjectId A = ObjectId.derived("", "a");
    private static final ObjectId FACETED = ObjectId.derived("", "faceted");
    private static final long PATIENCE_MILLIS = 100;

    private final MemoryStore store = new MemoryStore();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final Barrier barrier = new Barrier(store, new SecureRandom(), now::get);
    private final Marks marks = new Marks(store, new SecureRandom());

    /// It has read which phase it is, and has not said yet that it belongs to it.
    @Test
    void phaseThatEndsWhileAnOperationBegins_doesNotCountTheOperation_theNextOneDoes() throws InterruptedException {
        var interrupted = new AtomicBoolean();
        var meeting = new Barrier(store, new SecureRandom(), now::get) {
            @Override
            long epoch() {
                long before = super.epoch();
                if (interrupted.compareAndSet(false, true)) {
                    drain();
                }
                return before;
            }
        };
        try (var _ = meeting.begin()) {
            assertThat(interrupted).isTrue();
            Thread phase = Thread.ofPlatform().start(meeting::drain);
            assertThat(phase.join(Duration.ofMillis(PATIENCE_MILLIS))).isFalse();
        }
        meeting.drain();
    }

    @Test
    void phase_isNotKeptByOperationsThatBeginAfterItsEnd() throws InterruptedException {
        Barrier.Operation first = barrier.begin();
        Thread phase = Thread.ofPlatform().start(barrier::drain);
        await().until(() -> barrier.epoch() == 1);
        try (var _ = barrier.begin()) {
            first.close();
            assertThat(phase.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void whatIsOpenWhenACycleBegins_isMarked_withWhatItIsAFacetOf() {
        FsPath file = barrier.open(new Node(Kind.FILE, A, Label.PUBLIC, null));
        ObjectId facet = ObjectId.derived("", "facet");
        FsPath held = barrier.open(new Node(Kind.DIRECTORY, facet, Label.PUBLIC, FACETED));
        barrier.start(marks);
        assertThat(marks.isMarked(Kind.FILE, A)).isTrue();
        assertThat(marks.isMarked(Kind.DIRECTORY, facet)).isTrue();
        assertThat(marks.isMarked(Kind.FACETED, FACETED)).isTrue();
        assertThat(file.steps()).as("held until here").isNotEmpty();
        assertThat(held.steps()).as("held until here").isNotEmpty();
    }

    @Test
    void whatIsOpenedWhileMarking_isMarked() {
        barrier.start(marks);
        FsPath held = barrier.open(new Node(Kind.DIRECTORY, A, Label.PUBLIC, FACETED));
        assertThat(marks.isMarked(Kind.DIRECTORY, A)).isTrue();
        assertThat(marks.isMarked(Kind.FACETED, FACETED)).isTrue();
        assertThat(held.steps()).as("held until here").isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void bornInACycle_isMarked_alsoWhileItIsSwept(Kind kind) {
        barrier.start(marks);
        ObjectId early = ObjectId.derived("", "early");
        barrier.born(kind, early);
        assertThat(marks.isMarked(kind, early)).isTrue();
        assertThat(marks.next()).isEqualTo(kind.refers() ? new Gray(kind, early, false) : null);
        assertThat(marks.finish(marks.shaded())).isTrue();
        barrier.born(kind, A);
        assertThatCode(() -> barrier.reach(kind, A)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource
    void changedContent_isFollowedAgain_whereItMayNameOthers(Kind kind) {
        barrier.start(marks);
        barrier.changed(kind, A);
        assertThat(marks.next()).isEqualTo(kind.refers() ? new Gray(kind, A, false) : null);
    }

    @ParameterizedTest
    @EnumSource
    void whatWasNotReached_isNotFoundWhileItIsSwept_andIsLeftAloneAfterwards(Kind kind) {
        barrier.start(marks);
        assertThat(marks.finish(marks.shaded())).isTrue();
        assertThatThrownBy(() -> barrier.reach(kind, A)).isInstanceOf(Refused.class);
        barrier.stop();
        assertThatCode(() -> barrier.reach(kind, A)).doesNotThrowAnyException();
    }

    @Test
    void noteOfThisCycle_isForTheNextOne() {
        barrier.start(marks);
        note(Note.SUSPECT);
        assertThat(barrier.isDue(noted())).isFalse();
        barrier.stop();
        barrier.start(marks);
        assertThat(barrier.isDue(noted())).isTrue();
    }

    @Test
    void noteBeforeTheFirstCycle_isForIt() {
        note(Note.SUSPECT);
        barrier.start(marks);
        assertThat(barrier.isDue(noted())).isTrue();
    }

    /// Cycles are counted from the start of the process.
    @Test
    void noteOfAnEarlierProcess_isDue_whateverItsCycle() {
        barrier.start(marks);
        note(Note.SUSPECT);
        var later = new Barrier(store, new SecureRandom(), now::get);
        later.start(marks);
        assertThat(later.isDue(noted())).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void lease_standsUntilItIsOver_whateverIsNotedMeanwhile(Note note) {
        note(Note.LEASE);
        note(note);
        barrier.start(marks);
        assertThat(barrier.isDue(noted())).isFalse();
        assertThat(barrier.isLeased(noted())).isTrue();
        now.set(now.get().plus(Barrier.LEASE).minus(Duration.ofMillis(1)));
        assertThat(barrier.isDue(noted())).isFalse();
        now.set(now.get().plusMillis(1));
        assertThat(barrier.isDue(noted())).isTrue();
        assertThat(barrier.isLeased(noted())).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"SUSPECT", "POSTPONE"})
    void withoutALease_itIsDueAtOnce(Note note) {
        note(note);
        barrier.start(marks);
        assertThat(barrier.isDue(noted())).isTrue();
    }

    enum Note {
        LEASE,
        SUSPECT,
        POSTPONE
    }

    private void note(Note note) {
        var batch = new Batch();
        switch (note) {
            case LEASE -> barrier.lease(Kind.FILE, A, Barrier.LEASE, batch);
            case SUSPECT -> barrier.suspect(Kind.FILE, A, batch);
            case POSTPONE -> barrier.postpone(Kind.FILE, A, batch);
        }
        store.commitBehind(batch);
    }

    private Candidate noted() {
        return Candidate.decode(store.get(Keys.candidate(A)).orElseThrow());
    }
}
