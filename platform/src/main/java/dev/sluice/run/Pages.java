package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.util.List;
import java.util.function.Consumer;

/// Looks through all records of a kind, a page at a time.
final class Pages {
    private static final int PAGE_RECORDS = 64;

    private Pages() {}

    static void forEach(Store store, Bytes prefix, Consumer<Store.Entry> visitor) {
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, PAGE_RECORDS);
        while (!page.isEmpty()) {
            page.forEach(visitor);
            page = store.scan(prefix, page.getLast().key(), PAGE_RECORDS);
        }
    }
}
