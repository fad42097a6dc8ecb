package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.Optional;

/// How far each driver has got, in a form of its own.
public final class Bookmarks {
    private final Store store;

    public Bookmarks(Store store) {
        this.store = store;
    }

    public Optional<Bytes> find(String organization, String driver) {
        return store.get(EventKeys.bookmark(organization, driver));
    }

    /// Durable on return.
    ///
    /// @param mark at most [Store#VALUE_BYTES_MAX] long
    public void put(String organization, String driver, Bytes mark) {
        store.commit(new Batch().put(EventKeys.bookmark(organization, driver), mark));
    }

    public void remove(String organization, String driver) {
        store.commitBehind(new Batch().delete(EventKeys.bookmark(organization, driver)));
    }
}
