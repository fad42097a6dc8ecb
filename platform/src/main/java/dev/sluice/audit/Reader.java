package dev.sluice.audit;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.store.Store;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Reads records as [Task#current]: what it may not know is not there. Looks at as many as it takes, and not at a
/// number of them: else how many hidden ones there are would decide which others are shown.
final class Reader {
    private static final int PAGE_RECORDS = 200;

    private final Store store;
    private final List<ChainKeys> chains;

    Reader(Store store, List<ChainKeys> chains) {
        this.store = store;
        this.chains = chains;
    }

    /// The latest ones, newest first.
    List<AuditRecord> latest(int limit) {
        var all = new ArrayList<AuditRecord>();
        chains.forEach(keys -> all.addAll(latest(keys, limit)));
        all.sort(Comparator.comparingLong(AuditRecord::timeMillis).reversed());
        return List.copyOf(all.subList(0, Math.min(limit, all.size())));
    }

    private List<AuditRecord> latest(ChainKeys keys, int limit) {
        var found = new ArrayList<AuditRecord>();
        List<Store.Entry> page = store.scanBackwards(keys.records(), Bytes.EMPTY, PAGE_RECORDS);
        while (!page.isEmpty()) {
            for (Store.Entry entry : page) {
                AuditRecord record = AuditRecord.decode(entry.value());
                if (isReadable(record)) {
                    found.add(record);
                }
                if (found.size() == limit) {
                    return found;
                }
            }
            page = store.scanBackwards(keys.records(), page.getLast().key(), PAGE_RECORDS);
        }
        return found;
    }

    /// Whether [Task#current] may know a record, which then taints it.
    static boolean isReadable(AuditRecord record) {
        Label label = record.readableAt();
        boolean isReadable = Task.current().mayObserve(label);
        if (isReadable) {
            Task.current().observe(label, "an audit record");
        }
        return isReadable;
    }
}
