package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/// The events that could not be delivered to a subscription, its dead letters: kept until somebody has them delivered
/// again, or gives them up.
final class UndeliveredEvents {
    /// Of one subscription, and of about [Store#SCAN_BYTES_MAX] bytes; beyond that the oldest are given up.
    static final int EVENTS_MAX = 1_000;

    private static final int REASON_CHARS_MAX = 500;

    private final Store store;

    UndeliveredEvents(Store store) {
        this.store = store;
    }

    /// Durable on return.
    void put(String organization, String subscription, Undelivered letter) {
        Bytes all = EventKeys.dead(organization, subscription);
        Bytes encoded = encode(letter);
        var batch = new Batch().put(EventKeys.dead(organization, subscription, letter.place()), encoded);
        List<Store.Entry> before = store.scan(all, Bytes.EMPTY, EVENTS_MAX);
        boolean isMore =
                !before.isEmpty() && !store.scan(all, before.getLast().key(), 1).isEmpty();
        if (isMore) {
            makeRoom(before, encoded.length(), batch);
        } else if (before.size() == EVENTS_MAX) {
            batch.delete(before.getFirst().key());
        }
        store.commit(batch);
    }

    /// The oldest make room for as many bytes.
    private static void makeRoom(List<Store.Entry> oldest, int bytes, Batch batch) {
        int room = 0;
        for (Store.Entry one : oldest) {
            batch.delete(one.key());
            room += one.value().length();
            if (room >= bytes) {
                return;
            }
        }
    }

    /// The oldest after `place`.
    List<Undelivered> list(String organization, String subscription, long place, int limit) {
        return store
                .scan(
                        EventKeys.dead(organization, subscription),
                        EventKeys.dead(organization, subscription, place),
                        limit)
                .stream()
                .map(found -> decode(EventKeys.place(found.key()), found.value()))
                .toList();
    }

    Optional<Undelivered> find(String organization, String subscription, long place) {
        return store.get(EventKeys.dead(organization, subscription, place)).map(stored -> decode(place, stored));
    }

    /// Durable on return.
    void remove(String organization, String subscription, long place) {
        store.commit(new Batch().delete(EventKeys.dead(organization, subscription, place)));
    }

    /// Of a subscription that is gone.
    void removeAll(String organization, String subscription) {
        Bytes all = EventKeys.dead(organization, subscription);
        List<Store.Entry> page = store.scan(all, Bytes.EMPTY, EVENTS_MAX);
        while (!page.isEmpty()) {
            var batch = new Batch();
            page.forEach(found -> batch.delete(found.key()));
            store.commit(batch);
            page = store.scan(all, page.getLast().key(), EVENTS_MAX);
        }
    }

    private static Bytes encode(Undelivered letter) {
        var buffer = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(buffer)) {
            out.writeLong(letter.millis());
            out.writeUTF(letter.reason()
                    .substring(0, Math.min(REASON_CHARS_MAX, letter.reason().length())));
            out.write(letter.event().encode().readOnlyArray());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Bytes.takeOver(buffer.toByteArray());
    }

    private static Undelivered decode(long place, Bytes stored) {
        try (var in = new DataInputStream(new ByteArrayInputStream(stored.readOnlyArray()))) {
            long millis = in.readLong();
            String reason = in.readUTF();
            return new Undelivered(place, millis, reason, Event.decode(Bytes.takeOver(in.readAllBytes())));
        } catch (IOException damaged) {
            throw new IllegalStateException("the store holds a damaged event", damaged);
        }
    }
}
