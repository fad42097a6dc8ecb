package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.nio.ByteBuffer;
import java.util.Optional;

/// How far each subscription has got.
final class Cursors {
    private final Store store;

    Cursors(Store store) {
        this.store = store;
    }

    /// @param place  up to which everything is delivered, or is not to be
    /// @param round  how often it was set back: what was delivered in an earlier one is delivered again
    /// @param passed what is not delivered again; nothing of one that was set back without an end
    record Cursor(long place, long round, Optional<Passed> passed) {
        /// @param after from where on, without it
        /// @param upTo  and up to where, with it: from there on all is as before it was set back
        /// @param round of what comes after it
        record Passed(long after, long upTo, long round) {}

        Cursor at(long now) {
            return new Cursor(now, round, passed);
        }

        boolean isPassed(long one) {
            return passed.filter(gap -> one > gap.after() && one <= gap.upTo()).isPresent();
        }

        long roundOf(long one) {
            return passed.filter(gap -> one > gap.upTo()).map(Passed::round).orElse(round);
        }

        /// Whether it has not got yet to where all is as before it was set back.
        boolean isSetBack() {
            return passed.filter(gap -> place < gap.upTo()).isPresent();
        }

        /// Delivers again what came after `start`, and passes nothing over.
        Cursor since(long start) {
            return new Cursor(Math.min(start, place), round + 1, Optional.empty());
        }

        /// Delivers again what came after `start` up to `end`, and nothing else twice.
        Cursor between(long start, long end) {
            return new Cursor(
                    start, round + 1, Optional.of(new Passed(Math.min(end, place), place, roundOf(place + 1))));
        }
    }

    /// Of one that has delivered nothing yet: just before it was made.
    Cursor of(String organization, Subscription subscription) {
        return store.get(EventKeys.cursor(organization, subscription.id()))
                .map(Cursors::decode)
                .orElseGet(() -> new Cursor(EventLog.placeAt(subscription.sinceMillis()) - 1, 0, Optional.empty()));
    }

    /// Durable soon: what is delivered again because it was not yet is known by its delivery.
    void put(String organization, String subscription, Cursor cursor) {
        store.commitBehind(new Batch().put(EventKeys.cursor(organization, subscription), encode(cursor)));
    }

    /// Durable on return.
    void set(String organization, String subscription, Cursor cursor) {
        store.commit(new Batch().put(EventKeys.cursor(organization, subscription), encode(cursor)));
    }

    void remove(String organization, String subscription) {
        store.commit(new Batch().delete(EventKeys.cursor(organization, subscription)));
    }

    private static Cursor decode(Bytes stored) {
        ByteBuffer in = stored.asBuffer();
        long place = in.getLong();
        long round = in.getLong();
        return new Cursor(
                place,
                round,
                in.hasRemaining()
                        ? Optional.of(new Cursor.Passed(in.getLong(), in.getLong(), in.getLong()))
                        : Optional.empty());
    }

    private static Bytes encode(Cursor cursor) {
        ByteBuffer out = ByteBuffer.allocate((cursor.passed().isPresent() ? 5 : 2) * Long.BYTES);
        out.putLong(cursor.place()).putLong(cursor.round());
        cursor.passed()
                .ifPresent(gap -> out.putLong(gap.after()).putLong(gap.upTo()).putLong(gap.round()));
        return Bytes.takeOver(out.array());
    }
}
