package dev.sluice.store;

import dev.sluice.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;

/// The entries of one scan while it runs: knows when there are enough.
public final class Page {
    private final int limit;
    private final List<Store.Entry> entries;
    private long size;

    public Page(int limit) {
        if (limit < 1 || limit > Store.SCAN_ENTRIES_MAX) {
            throw new IllegalArgumentException("a scan takes 1 to " + Store.SCAN_ENTRIES_MAX + " entries");
        }
        this.limit = limit;
        this.entries = new ArrayList<>(Math.min(limit, 16));
    }

    public boolean isFull() {
        return entries.size() == limit || size >= Store.SCAN_BYTES_MAX;
    }

    public void add(Bytes key, Bytes value) {
        size += key.length() + value.length();
        entries.add(new Store.Entry(key, value));
    }

    public List<Store.Entry> entries() {
        return List.copyOf(entries);
    }
}
