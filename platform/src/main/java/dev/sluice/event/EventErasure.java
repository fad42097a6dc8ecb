package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Removes the events of an organization when it has ended. May be broken off anywhere and begun again.
public final class EventErasure {
    private static final int AT_ONCE = 100;

    private final Store store;

    public EventErasure(Store store) {
        this.store = store;
    }

    /// @return where something was removed, as the first bytes of the store's keys
    public Set<Bytes> remove(String organization) {
        Bytes all = EventKeys.all(organization);
        var shards = new LinkedHashSet<Bytes>();
        List<Store.Entry> page = store.scan(all, Bytes.EMPTY, AT_ONCE);
        while (!page.isEmpty()) {
            var batch = new Batch();
            page.forEach(found -> batch.delete(found.key()));
            store.commit(batch);
            shards.add(EventKeys.shard(all));
            page = store.scan(all, page.getLast().key(), AT_ONCE);
        }
        return shards;
    }
}
