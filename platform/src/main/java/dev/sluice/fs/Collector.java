package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.Marks.Gray;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Frees what nothing reaches: marks from the root, from what is opened, leased and named by records, while tasks go
/// on; then
/// sweeps the candidates that were not marked, and what only they lead to.
///
/// Keeps nothing between cycles but what is in the store, and begins a cycle from nothing. Its memory is bounded.
/// One thread. How it can be right beside running tasks: docs/design/file-system.md.
public final class Collector {
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

    private final Store store;
    private final SecureRandom random;
    private final Barrier barrier;
    private final LabeledFs fs;
    private final Candidates candidates;
    private final Pace pace;

    /// @param pause after each page that is read and each batch that is freed, so that tasks come first
    public Collector(LabeledFs fs, Store store, SecureRandom random, Duration pause) {
        this.store = store;
        this.random = random;
        this.barrier = fs.barrier;
        this.fs = fs;
        this.candidates = new Candidates(store);
        this.pace = new Pace(pause.toNanos());
    }

    /// What a cycle has done.
    ///
    /// @param kept candidates that were reachable in another way than by an entry
    public record Result(long objects, long entries, long kept) {}

    /// How fast it goes.
    record Pace(long pauseNanos) {
        /// @throws InterruptedException if the collector's thread shall end
        void rest() throws InterruptedException {
            LockSupport.parkNanos(pauseNanos);
            goOn();
        }

        /// @throws InterruptedException if the collector's thread shall end
        void goOn() throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("the collector is stopped");
            }
        }
    }

    /// One cycle, if there is anything to judge. To be called again and again by one thread.
    public void collectIfDue() {
        try {
            if (hasDue()) {
                Result result = collect();
                LOG.info("collected {} objects and {} entries", result.objects(), result.entries());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean hasDue() throws InterruptedException {
        boolean[] found = new boolean[1];
        candidates.forEach((id, candidate, _) -> found[0] = found[0] || !barrier.isHeld(id, candidate));
        return found[0];
    }

    /// One cycle.
    ///
    /// @throws InterruptedException if the thread is interrupted; the next cycle begins from nothing
    public Result collect() throws InterruptedException {
        forgetCycles();
        var marks = new Marks(store, random);
        try {
            barrier.start(marks);
            candidates.forEach((id, candidate, _) -> {
                if (barrier.isHeld(id, candidate)) {
                    marks.shade(candidate.kind(), id);
                } else {
                    marks.watch(id);
                }
            });
            mark(marks);
            return new Sweep(store, fs, marks, candidates, pace).run();
        } finally {
            barrier.stop();
            forgetCycles();
        }
    }

    /// Ends when, from a moment when all that was marked had been followed to a moment when every operation under
    /// way at the first had ended, nothing was marked: then no task holds anything that is not.
    private void mark(Marks marks) throws InterruptedException {
        marks.push(new Gray(Kind.DIRECTORY, Walk.ROOT_ID, true));
        long shaded;
        do {
            for (@Nullable Gray gray = marks.next(); gray != null; gray = marks.next()) {
                follow(marks, gray);
                pace.goOn();
            }
            shaded = marks.shaded();
            barrier.drain();
        } while (!marks.finish(shaded));
    }

    private void follow(Marks marks, Gray gray) throws InterruptedException {
        switch (gray.kind()) {
            case DIRECTORY -> followEntries(marks, gray);
            case FACETED -> followFacets(marks, gray);
            case GATE, SERVICE -> followContent(marks, gray);
            case FILE, BLOB -> throw new IllegalStateException("these lead to nothing");
        }
    }

    private void followEntries(Marks marks, Gray directory) throws InterruptedException {
        Bytes prefix = Keys.entries(directory.id());
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            var batch = new Batch();
            for (Store.Entry entry : page) {
                marks.see(Entry.kindOf(entry.value()), Entry.targetOf(entry.value()), directory.isRooted(), batch);
            }
            store.commitBehind(batch);
            pace.rest();
            page = store.scan(prefix, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
    }

    private void followFacets(Marks marks, Gray faceted) throws InterruptedException {
        Bytes prefix = Keys.facets(faceted.id());
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Store.Entry mark : page) {
                var label = Labels.decode(Keys.below(prefix, mark.key()).toArray());
                ObjectId facet = Walk.facetId(faceted.id(), label);
                marks.push(new Gray(Kind.DIRECTORY, facet, faceted.isRooted()));
            }
            pace.rest();
            page = store.scan(prefix, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
    }

    private void followContent(Marks marks, Gray gray) {
        Optional<Bytes> stored = store.get(Keys.object(gray.id()));
        if (stored.isPresent()) {
            var content = StoredObject.decode(stored.get()).bytes();
            fs.uses.references.in(gray.kind(), content).gates().forEach(gate -> marks.shade(Kind.GATE, gate));
        }
    }

    /// Removes the marks of this and all earlier cycles.
    private void forgetCycles() {
        Bytes prefix = Keys.cycles();
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            var batch = new Batch();
            page.forEach(entry -> batch.delete(entry.key()));
            store.commitBehind(batch);
            page = store.scan(prefix, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
    }
}
