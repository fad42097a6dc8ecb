package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The model that the collector is held to: which keys of the store the root leads to.
final class Reachable {
    private static final int LETTER_AT = 4;

    private final Store store;
    private final Set<Bytes> keys = new TreeSet<>();
    private final Set<Bytes> walked = new TreeSet<>();
    private final Deque<Marks.Gray> work = new ArrayDeque<>();

    private Reachable(Store store) {
        this.store = store;
    }

    static Set<Bytes> from(Store store) {
        var reachable = new Reachable(store);
        reachable.work.add(new Marks.Gray(Kind.DIRECTORY, Walk.ROOT_ID, true));
        while (!reachable.work.isEmpty()) {
            reachable.follow(reachable.work.remove());
        }
        return reachable.keys;
    }

    /// All keys of objects, entries and facets that there are.
    static Set<Bytes> stored(Store store) {
        var stored = new TreeSet<Bytes>();
        for (Store.Entry entry : all(store, Bytes.EMPTY)) {
            if ("oef".indexOf(entry.key().at(LETTER_AT)) >= 0) {
                stored.add(entry.key());
            }
        }
        return stored;
    }

    /// How many keys the collector has of its own.
    static long notes(Store store) {
        return all(store, Bytes.EMPTY).stream()
                .filter(entry -> "gm".indexOf(entry.key().at(LETTER_AT)) >= 0)
                .count();
    }

    private void follow(Marks.Gray at) {
        if (!walked.add(at.id().value())) {
            return;
        }
        if (at.kind() == Kind.FACETED) {
            Bytes prefix = Keys.facets(at.id());
            for (Store.Entry mark : all(store, prefix)) {
                keys.add(mark.key());
                var label = Labels.decode(Keys.below(prefix, mark.key()).toArray());
                work.add(new Marks.Gray(Kind.DIRECTORY, Walk.facetId(at.id(), label), true));
            }
        }
        for (Store.Entry entry : all(store, Keys.entries(at.id()))) {
            keys.add(entry.key());
            Bytes object = Keys.object(Entry.targetOf(entry.value()));
            boolean isMadeUnlinked = store.get(object).isPresent();
            if (isMadeUnlinked || Entry.kindOf(entry.value()) != Kind.FACETED) {
                keys.add(object); // whether or not it is there
            }
            work.add(new Marks.Gray(Entry.kindOf(entry.value()), Entry.targetOf(entry.value()), true));
        }
    }

    private static List<Store.Entry> all(Store store, Bytes prefix) {
        var all = new ArrayList<Store.Entry>();
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            all.addAll(page);
            page = store.scan(prefix, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
        return all;
    }
}
