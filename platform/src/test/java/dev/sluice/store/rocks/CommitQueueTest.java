package dev.sluice.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.StoreFailed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CommitQueueTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private static final Bytes OTHER = Bytes.utf8("other");
    private static final Bytes VALUE = Bytes.utf8("value");

    private final CommitQueue queue = new CommitQueue();

    @Test
    void aGroup_isAllThatWaits_inOrder() {
        Pending first = add(KEY, true);
        Pending second = add(OTHER, false);
        Pending third = add(KEY, true);
        assertThat(queue.take()).containsExactly(first, second, third);
    }

    @Test
    void aCommit_ofWhatReadsFindInTheMap_isTheNextGroups() {
        Pending behind = add(KEY, true);
        Pending over = add(KEY, false);
        Pending last = add(OTHER, true);
        assertThat(queue.take()).containsExactly(behind);
        queue.done();
        assertThat(queue.ahead(KEY)).isNull();
        assertThat(queue.take()).containsExactly(over, last);
    }

    @Test
    void aGroup_endsWhenItIsLarge() {
        Bytes large = Bytes.takeOver(new byte[8 << 20]);
        Pending[] all = new Pending[3];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Pending(new Batch().put(Bytes.utf8("" + i), large), false);
            queue.add(all[i]);
        }
        assertThat(queue.take()).containsExactly(all[0], all[1]);
        queue.done();
        assertThat(queue.take()).containsExactly(all[2]);
    }

    @Test
    void whatIsDone_leavesTheMap_butNotWhatCameLater() {
        add(KEY, true);
        queue.take();
        Pending later = add(KEY, true);
        queue.done();
        assertThat(queue.ahead(KEY)).isEqualTo(new CommitQueue.Ahead(later, VALUE));
        queue.take();
        queue.done();
        assertThat(queue.ahead(KEY)).isNull();
    }

    @Test
    void aClosedQueue_givesWhatItHas_andTakesNothing() {
        Pending last = add(KEY, true);
        queue.close();
        assertThatIllegalStateException().isThrownBy(() -> add(OTHER, false));
        assertThat(queue.take()).containsExactly(last);
        queue.done();
        assertThat(queue.take()).isEmpty();
    }

    @Test
    void aFailedQueue_answersEverybody_andTakesNothing() {
        Pending taken = add(KEY, false);
        queue.take();
        Pending waiting = add(OTHER, false);
        queue.fail(new StoreFailed("for a test"));
        assertThat(taken.await()).isEqualTo(Pending.Outcome.LOST);
        assertThat(waiting.await()).isEqualTo(Pending.Outcome.LOST);
        assertThatExceptionOfType(StoreFailed.class).isThrownBy(() -> add(KEY, true));
        assertThatExceptionOfType(StoreFailed.class).isThrownBy(queue::requireSound);
    }

    @Test
    void aFullQueue_keepsItsCallersWaiting_untilAGroupIsTaken() throws Exception {
        for (int i = 0; i < CommitQueue.BATCHES_MAX; i++) {
            add(KEY, true);
        }
        Thread caller = Thread.ofPlatform().start(() -> add(OTHER, false));
        while (caller.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(queue.ahead(OTHER)).isNull();
        assertThat(queue.take()).hasSize(CommitQueue.BATCHES_MAX);
        caller.join();
        queue.done();
        assertThat(queue.take()).hasSize(1);
    }

    private Pending add(Bytes key, boolean behind) {
        var added = new Pending(new Batch().put(key, VALUE), behind);
        queue.add(added);
        return added;
    }
}
