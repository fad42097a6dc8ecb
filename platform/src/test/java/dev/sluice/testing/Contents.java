package dev.sluice.testing;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.util.ArrayList;
import java.util.List;

/// All that a store holds, to see whether it has changed.
public final class Contents {
    private Contents() {}

    public static List<Store.Entry> of(Store store) {
        var all = new ArrayList<Store.Entry>();
        List<Store.Entry> page = store.scan(Bytes.EMPTY, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            all.addAll(page);
            page = store.scan(Bytes.EMPTY, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
        return all;
    }
}
