package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The bodies that webhooks have received, and under which ids: whoever sends one again, as somebody may who only saw
/// it, makes nothing happen twice.
///
/// For each driver one thread at a time.
public final class Received {
    /// Of one driver. The oldest are forgotten first.
    static final int BODIES_MAX = 10_000;

    static final Duration KEPT = Duration.ofDays(7);
    private static final int FORGOTTEN_AT_ONCE = 8;

    private final Store store;
    private final InstantSource clock;
    private final int bodiesMax;

    public Received(Store store, InstantSource clock) {
        this(store, clock, BODIES_MAX);
    }

    Received(Store store, InstantSource clock, int bodiesMax) {
        this.store = store;
        this.clock = clock;
        this.bodiesMax = bodiesMax;
    }

    /// The id under which a body was received before.
    public Optional<String> id(String organization, String driver, Digest body) {
        return store.get(EventKeys.receivedBody(organization, driver, body.hex()))
                .filter(found -> millis(found) >= oldest())
                .map(found -> found.slice(Long.BYTES, found.length()).utf8());
    }

    /// Durable on return.
    public void add(String organization, String driver, Digest body, String id) {
        long now = clock.millis();
        Bytes key = EventKeys.receivedBody(organization, driver, body.hex());
        Optional<Bytes> before = store.get(key);
        var batch = new Batch();
        if (before.isPresent()) {
            batch.delete(EventKeys.receivedAt(organization, driver, millis(before.get()), body.hex()));
        } else {
            batch.add(EventKeys.receivedCount(organization, driver), 1, Long.MAX_VALUE);
        }
        store.commit(batch.put(key, value(now, id))
                .put(EventKeys.receivedAt(organization, driver, now, body.hex()), Bytes.EMPTY));
        trim(organization, driver);
    }

    private void trim(String organization, String driver) {
        Bytes counter = EventKeys.receivedCount(organization, driver);
        long tooMany = Batch.number(store.get(counter)) - bodiesMax;
        Bytes times = EventKeys.receivedAt(organization, driver);
        var batch = new Batch();
        long forgotten = 0;
        for (Store.Entry found : store.scan(times, Bytes.EMPTY, FORGOTTEN_AT_ONCE)) {
            ByteBuffer at =
                    found.key().slice(times.length(), found.key().length()).asBuffer();
            if (at.getLong() < oldest() || forgotten < tooMany) {
                String body = found.key()
                        .slice(times.length() + Long.BYTES, found.key().length())
                        .utf8();
                batch.delete(found.key()).delete(EventKeys.receivedBody(organization, driver, body));
                forgotten++;
            }
        }
        if (forgotten > 0) {
            store.commit(batch.add(counter, -forgotten, Long.MAX_VALUE));
        }
    }

    /// Forgets all of a driver that is no more.
    public void forget(String organization, String driver) {
        Bytes all = EventKeys.received(organization, driver);
        List<Store.Entry> page = store.scan(all, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            var batch = new Batch();
            page.forEach(found -> batch.delete(found.key()));
            store.commitBehind(batch);
            page = store.scan(all, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
    }

    private long oldest() {
        return clock.millis() - KEPT.toMillis();
    }

    private static long millis(Bytes value) {
        return value.asBuffer().getLong();
    }

    private static Bytes value(long millis, String id) {
        Bytes text = Bytes.utf8(id);
        return Bytes.takeOver(ByteBuffer.allocate(Long.BYTES + text.length())
                .putLong(millis)
                .put(text.asBuffer())
                .array());
    }
}
