package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.UUID;

/// The runs of several parts of a list together, from the newest to the oldest. Reads of each part as much as was
/// taken of it, and at most as much again.
final class NewestFirst {
    private static final int RECORDS_FIRST = 8;

    private final Store store;
    private final PriorityQueue<Part> parts = new PriorityQueue<>(
            Comparator.comparing((Part part) -> RunKeys.idBytes(part.head())).reversed());

    NewestFirst(Store store) {
        this.store = store;
    }

    /// @param before what is older than this run, of a part
    void add(Bytes part, Optional<UUID> before) {
        var added = new Part(part);
        if (added.read(before.map(id -> RunKeys.at(part, id)).orElse(Bytes.EMPTY))) {
            parts.add(added);
        }
    }

    /// The next older one; empty at the end.
    Optional<UUID> next() {
        Part part = parts.poll();
        if (part == null) {
            return Optional.empty();
        }
        UUID id = RunKeys.idOf(part.head());
        if (part.advance()) {
            parts.add(part);
        }
        return Optional.of(id);
    }

    private final class Part {
        private final Bytes prefix;
        private List<Store.Entry> page = List.of();
        private int at;
        private int size = RECORDS_FIRST;

        Part(Bytes prefix) {
            this.prefix = prefix;
        }

        Bytes head() {
            return page.get(at).key();
        }

        boolean advance() {
            Bytes last = head();
            at++;
            return at < page.size() || read(last);
        }

        private boolean read(Bytes before) {
            page = store.scanBackwards(prefix, before, size);
            at = 0;
            size = Math.min(2 * size, Store.SCAN_ENTRIES_MAX);
            return !page.isEmpty();
        }
    }
}
