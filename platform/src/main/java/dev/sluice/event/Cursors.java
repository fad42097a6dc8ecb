package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.nio.ByteBuffer;

/// How far each subscription has got.
final class Cursors {
    private final Store store;

    Cursors(Store store) {
        this.store = store;
    }

    /// @param place up to which everything is delivered, or is not to be
    /// @param round how often it was set back: what was delivered in an earlier one is delivered again
    record Cursor(long place, long round) {}

    /// Of one that has delivered nothing yet: just before it was made.
    Cursor of(String organization, Subscription subscription) {
        return store.get(EventKeys.cursor(organization, subscription.id()))
                .map(Cursors::decode)
                .orElseGet(() -> new Cursor(EventLog.placeAt(subscription.sinceMillis()) - 1, 0));
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
        return new Cursor(in.getLong(), in.getLong());
    }

    private static Bytes encode(Cursor cursor) {
        return Bytes.takeOver(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(cursor.place())
                .putLong(cursor.round())
                .array());
    }
}
