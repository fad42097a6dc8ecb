package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.util.List;
import java.util.Optional;

/// Goes over all notes of what may have become unreachable, shard by shard, in pages.
final class Candidates {
    private final Store store;

    Candidates(Store store) {
        this.store = store;
    }

    /// What is done with one note.
    interface Visitor {
        void visit(ObjectId id, Candidate candidate, Bytes stored) throws InterruptedException;
    }

    void forEach(Visitor visitor) throws InterruptedException {
        for (Optional<Bytes> shard = Keys.shardAfter(store, Optional.empty());
                shard.isPresent();
                shard = Keys.shardAfter(store, shard)) {
            visit(shard.get(), visitor);
        }
    }

    private void visit(Bytes shard, Visitor visitor) throws InterruptedException {
        Bytes prefix = Keys.candidates(shard);
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Store.Entry entry : page) {
                ObjectId id = new ObjectId(Keys.join(shard, Keys.below(prefix, entry.key())));
                visitor.visit(id, Candidate.decode(entry.value()), entry.value());
            }
            page = store.scan(prefix, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
    }
}
