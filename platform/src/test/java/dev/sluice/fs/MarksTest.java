package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.Marks.Gray;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MarksTest {
    private static final ObjectId A = ObjectId.derived("", "a");
    private static final int MORE_THAN_MEMORY_HOLDS = 66_000;

    private final MemoryStore store = new MemoryStore();
    private final Marks marks = new Marks(store, new SecureRandom());

    @ParameterizedTest
    @EnumSource
    void shaded_isMarked_andCountsOnce(Kind kind) {
        assertThat(marks.isMarked(kind, A)).isFalse();
        long before = marks.shaded();
        marks.shade(kind, A);
        assertThat(marks.isMarked(kind, A)).isTrue();
        assertThat(marks.isLinked(A)).isFalse();
        marks.shade(kind, A);
        assertThat(marks.shaded()).isEqualTo(before + 1);
    }

    @Test
    void shadedDirectory_isFollowedOnce() {
        marks.shade(Kind.DIRECTORY, A);
        marks.shade(Kind.DIRECTORY, A);
        assertThat(marks.next()).isEqualTo(new Gray(Kind.DIRECTORY, A, false));
        assertThat(marks.next()).isNull();
        marks.shade(Kind.DIRECTORY, A);
        assertThat(marks.next()).isNull();
    }

    @Test
    void marking_doesNotEnd_whileSomethingIsToBeFollowed() {
        marks.shade(Kind.DIRECTORY, A);
        assertThat(marks.finish(marks.shaded())).isFalse();
        assertThat(marks.next()).isNotNull();
        assertThat(marks.finish(marks.shaded())).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void marking_doesNotEnd_whenSomethingWasShadedMeanwhile(Kind kind) {
        long before = marks.shaded();
        marks.shade(kind, A);
        while (marks.next() != null) {
            assertThat(marks.finish(before)).isFalse();
        }
        assertThat(marks.finish(before)).isFalse();
        assertThat(marks.finish(marks.shaded())).isTrue();
    }

    @Test
    void marking_doesNotEnd_whenSomethingHasChangedMeanwhile() {
        long before = marks.shaded();
        marks.push(new Gray(Kind.GATE, A, false));
        assertThat(marks.next()).isNotNull();
        assertThat(marks.finish(before)).isFalse();
    }

    /// What nothing reached when the marking ended is being freed: it cannot be saved any more.
    @ParameterizedTest
    @EnumSource
    void shadeAfterTheMarking_marksNothing(Kind kind) {
        assertThat(marks.finish(marks.shaded())).isTrue();
        marks.shade(kind, A);
        assertThat(marks.isMarked(kind, A)).isFalse();
        assertThat(marks.reach(kind, A)).isFalse();
        assertThat(marks.next()).isNull();
    }

    @Test
    void changeAfterTheMarking_isNotKept() {
        assertThat(marks.finish(marks.shaded())).isTrue();
        marks.push(new Gray(Kind.GATE, A, false));
        assertThat(marks.next()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void born_isMarked_alsoAfterTheMarking(Kind kind) {
        ObjectId early = ObjectId.derived("", "early");
        marks.born(kind, early);
        assertThat(marks.isMarked(kind, early)).isTrue();
        assertThat(marks.finish(marks.shaded())).isTrue();
        marks.born(kind, A);
        assertThat(marks.isMarked(kind, A)).isTrue();
        assertThat(marks.reach(kind, A)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void reachWhileMarking_marks(Kind kind) {
        assertThat(marks.reach(kind, A)).isTrue();
        assertThat(marks.isMarked(kind, A)).isTrue();
        while (marks.next() != null) {
            assertThat(marks.isLinked(A)).isFalse();
        }
        assertThat(marks.finish(marks.shaded())).isTrue();
        assertThat(marks.reach(kind, A)).isTrue();
    }

    /// What a handle led to first and the root afterwards is followed again, for what it leads to.
    @Test
    void seenFromTheRoot_afterAnythingElse_isLinkedAndFollowedAgain() {
        see(Kind.DIRECTORY, false);
        assertThat(marks.next()).isEqualTo(new Gray(Kind.DIRECTORY, A, false));
        assertThat(marks.isMarked(Kind.DIRECTORY, A)).isTrue();
        assertThat(marks.isLinked(A)).isFalse();
        see(Kind.DIRECTORY, false);
        assertThat(marks.next()).isNull();
        see(Kind.DIRECTORY, true);
        assertThat(marks.next()).isEqualTo(new Gray(Kind.DIRECTORY, A, true));
        assertThat(marks.isLinked(A)).isTrue();
        see(Kind.DIRECTORY, true);
        see(Kind.DIRECTORY, false);
        assertThat(marks.next()).isNull();
        assertThat(marks.isLinked(A)).isTrue();
    }

    @Test
    void fileSeenFromTheRoot_isLinked_ifItIsWatched() {
        ObjectId watched = ObjectId.derived("", "watched");
        marks.watch(watched);
        see(Kind.FILE, A, true);
        see(Kind.FILE, watched, false);
        assertThat(marks.isMarked(Kind.FILE, A)).isTrue();
        assertThat(marks.isMarked(Kind.FILE, watched)).isTrue();
        assertThat(marks.isLinked(watched)).isFalse();
        see(Kind.FILE, watched, true);
        assertThat(marks.isLinked(watched)).isTrue();
        assertThat(marks.isLinked(A)).isFalse();
        assertThat(marks.next()).isNull();
    }

    @Test
    void moreThanMemoryHolds_isFollowedAll_andUntilThenTheMarkingDoesNotEnd() {
        var pushed = new HashSet<ObjectId>();
        for (int i = 0; i < MORE_THAN_MEMORY_HOLDS; i++) {
            ObjectId id = ObjectId.derived("", "n" + i);
            pushed.add(id);
            marks.push(new Gray(Kind.DIRECTORY, id, i % 2 == 0));
        }
        assertThat(stored()).hasSizeBetween(1, 1_000);
        var followed = new HashSet<ObjectId>();
        for (int i = 0; i < MORE_THAN_MEMORY_HOLDS; i++) {
            assertThat(marks.finish(marks.shaded())).isFalse();
            followed.add(Objects.requireNonNull(marks.next()).id());
        }
        assertThat(followed).isEqualTo(pushed);
        assertThat(marks.next()).isNull();
        assertThat(stored()).isEmpty();
        assertThat(marks.finish(marks.shaded())).isTrue();
    }

    private List<Store.Entry> stored() {
        return store.scan(Bytes.EMPTY, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
    }

    private void see(Kind kind, boolean isRooted) {
        see(kind, A, isRooted);
    }

    private void see(Kind kind, ObjectId id, boolean isRooted) {
        var batch = new Batch();
        marks.see(kind, id, isRooted, batch);
        store.commitBehind(batch);
    }
}
