package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Frees the candidates that a cycle has not marked, and all that only they lead to. No task can reach any of it,
/// so each batch stands for itself: what a crash leaves has a candidate still.
final class Sweep {
    /// Each may take nine steps of a batch.
    private static final int ENTRIES_PER_BATCH = 256;

    private static final int FOUND_MAX = 10_000;

    private final Store store;
    private final Quotas quotas;
    private final Barrier barrier;
    private final BlobUses uses;
    private final Marks marks;
    private final Candidates candidates;
    private final Collector.Pace pace;

    /// Unmarked directories and gates that were found in others. When there is no room, their notes are found
    /// later.
    private final Deque<Marks.Gray> found = new ArrayDeque<>();

    private long objects;
    private long entries;
    private long kept;
    private boolean isMore;

    Sweep(Store store, LabeledFs fs, Marks marks, Candidates candidates, Collector.Pace pace) {
        this.store = store;
        this.quotas = fs.quotas;
        this.barrier = fs.barrier;
        this.uses = fs.uses;
        this.marks = marks;
        this.candidates = candidates;
        this.pace = pace;
    }

    Collector.Result run() throws InterruptedException {
        do {
            isMore = false;
            kept = 0;
            candidates.forEach((id, candidate, stored) -> {
                if (barrier.isDue(candidate)) {
                    judge(id, candidate.kind(), stored);
                }
            });
        } while (isMore);
        return new Collector.Result(objects, entries, kept);
    }

    private void judge(ObjectId id, Kind kind, Bytes stored) throws InterruptedException {
        if (marks.isLinked(id)) {
            store.delete(Keys.candidate(id), stored); // unless it has lost another entry meanwhile
        } else if (marks.isMarked(kind, id)) {
            kept++;
        } else {
            free(kind, id);
            for (Marks.@Nullable Gray next = found.poll(); next != null; next = found.poll()) {
                free(next.kind(), next.id());
            }
        }
    }

    private void free(Kind kind, ObjectId id) throws InterruptedException {
        switch (kind) {
            case DIRECTORY -> freeEntries(id);
            case FACETED -> freeFacets(id);
            case FILE, GATE, SERVICE, BLOB -> {}
        }
        barrier.freeing(() -> {
            var batch = new Batch();
            delete(id, batch);
            return store.commit(batch);
        });
        pace.rest();
    }

    private void freeEntries(ObjectId directory) throws InterruptedException {
        Bytes prefix = Keys.entries(directory);
        Optional<Bytes> last = barrier.freeing(() -> freePage(prefix, Bytes.EMPTY));
        while (last.isPresent()) {
            pace.rest();
            Bytes after = last.get();
            last = barrier.freeing(() -> freePage(prefix, after));
        }
    }

    /// @return the last key of the page, if there was one
    private Optional<Bytes> freePage(Bytes prefix, Bytes after) {
        List<Store.Entry> page = store.scan(prefix, after, ENTRIES_PER_BATCH);
        if (page.isEmpty()) {
            return Optional.empty();
        }
        var batch = new Batch();
        Set<ObjectId> freed = new HashSet<>();
        for (Store.Entry entry : page) {
            take(entry, Entry.payerOf(entry.value()), batch);
            Kind kind = Entry.kindOf(entry.value());
            ObjectId target = Entry.targetOf(entry.value());
            if (freed.add(target)) {
                release(kind, target, batch);
            }
        }
        store.commit(batch);
        entries += page.size();
        return Optional.of(page.getLast().key());
    }

    /// Something has lost an entry in an unreachable directory.
    private void release(Kind kind, ObjectId id, Batch batch) {
        if (marks.isMarked(kind, id)) {
            if (!marks.isLinked(id)) {
                barrier.postpone(kind, id, batch);
            }
        } else if (kind.leads()) {
            batch.put(Keys.candidate(id), new Candidate(kind, 0, 0, 0).encode());
            if (found.size() < FOUND_MAX) {
                found.add(new Marks.Gray(kind, id, false));
            } else {
                isMore = true;
            }
        } else {
            delete(id, batch);
        }
    }

    private void freeFacets(ObjectId faceted) throws InterruptedException {
        Bytes prefix = Keys.facets(faceted);
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, ENTRIES_PER_BATCH);
        while (!page.isEmpty()) {
            for (Store.Entry mark : page) {
                var label = Labels.decode(Keys.below(prefix, mark.key()).toArray());
                freeEntries(Walk.facetId(faceted, label));
            }
            List<Store.Entry> freed = page;
            barrier.freeing(() -> freeMarks(freed));
            pace.rest();
            page = store.scan(prefix, page.getLast().key(), ENTRIES_PER_BATCH);
        }
    }

    private boolean freeMarks(List<Store.Entry> page) {
        var batch = new Batch();
        for (Store.Entry mark : page) {
            if (store.get(mark.key()).isPresent()) {
                take(mark, Links.payerOfMark(mark.value()), batch);
            }
        }
        return store.commit(batch);
    }

    private void take(Store.Entry stored, String payer, Batch batch) {
        quotas.release(batch.delete(stored.key()), payer, Cost.of(stored.key(), stored.value()));
    }

    /// Deletes an object, if one is stored, and the note of it.
    private void delete(ObjectId id, Batch batch) {
        Bytes key = Keys.object(id);
        Optional<Bytes> stored = store.get(key);
        if (stored.isPresent()) {
            StoredObject object = StoredObject.decode(stored.get());
            quotas.release(batch.delete(key), object.payer(), object.cost(key));
            uses.end(object, key, batch);
            objects++;
        }
        batch.delete(Keys.candidate(id));
    }
}
