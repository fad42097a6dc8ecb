package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.util.List;

/// Goes over all notes of what may have become unreachable, shard by shard, in pages.
final class Candidates {
    private static final int SHARD_BYTES = 4;
    private static final Bytes LAST = Bytes.takeOver(new byte[] {(byte) 0xff});

    private final Store store;

    Candidates(Store store) {
        this.store = store;
    }

    /// What is done with one note.
    interface Visitor {
        void visit(ObjectId id, Candidate candidate, Bytes stored) throws InterruptedException;
    }

    void forEach(Visitor visitor) throws InterruptedException {
        List<Store.Entry> next = store.scan(Bytes.EMPTY, Bytes.EMPTY, 1);
        while (!next.isEmpty()) {
            Bytes shard = next.getFirst().key().slice(0, SHARD_BYTES);
            visit(shard, visitor);
            next = store.scan(Bytes.EMPTY, Keys.join(shard, LAST), 1);
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
