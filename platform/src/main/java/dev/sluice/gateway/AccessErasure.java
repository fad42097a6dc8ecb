package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Removes the records of accesses of an organization, or of one API, when it has ended. May be broken off anywhere and
/// begun again.
public final class AccessErasure {
    private static final int AT_ONCE = 500;

    private final Store store;

    public AccessErasure(Store store) {
        this.store = store;
    }

    /// @return where something was removed, as the first bytes of the store's keys
    public Set<Bytes> remove(String organization) {
        return removeBelow(AccessKeys.all(organization));
    }

    Set<Bytes> removeBelow(Bytes all) {
        var shards = new LinkedHashSet<Bytes>();
        List<Store.Entry> page = store.scan(all, Bytes.EMPTY, AT_ONCE);
        while (!page.isEmpty()) {
            var batch = new Batch();
            page.forEach(found -> batch.delete(found.key()));
            store.commitBehind(batch);
            shards.add(AccessKeys.shard(all));
            page = store.scan(all, page.getLast().key(), AT_ONCE);
        }
        return shards;
    }
}
