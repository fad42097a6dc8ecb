package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one cycle of the collector has found reachable. Thread-safe; its memory does not grow with what it holds.
///
/// Objects that lead to others (directories, gates, services) are marked exactly, by keys in the store, because
/// what they lead to is found through them. All others are marked in a [Bloom] filter: one that is taken for
/// marked and is not stays for another cycle, whose filter errs differently.
final class Marks {
    static final int FILTER_BYTES = 8 << 20;

    private static final int CANDIDATES_FILTER_BYTES = 1 << 20;
    private static final int GRAY_IN_MEMORY_MAX = 65_536;
    private static final Bytes SHADED = Bytes.utf8("s");
    private static final Bytes LINKED = Bytes.utf8("l");

    private final Store store;
    private final Bytes nonce;
    private final Bloom leaves;
    private final Bloom candidates;
    private final ArrayDeque<Gray> gray = new ArrayDeque<>();
    private long grayInStore;
    private long shaded;
    private boolean isMarking = true;

    /// Something marked whose own references have not been followed yet.
    ///
    /// @param isRooted whether the root leads to it: what only a handle or a lease leads to may lead to itself,
    ///     and
    ///     must stay a candidate
    record Gray(Kind kind, ObjectId id, boolean isRooted) {
        private static final int ROOTED = 0x10;

        Bytes encode() {
            return Bytes.takeOver(new byte[] {(byte) (kind.number() | (isRooted ? ROOTED : 0))});
        }

        static Gray decode(ObjectId id, Bytes stored) {
            return new Gray(Kind.of(stored.at(0) & (ROOTED - 1)), id, (stored.at(0) & ROOTED) != 0);
        }
    }

    Marks(Store store, SecureRandom random) {
        this.store = store;
        byte[] fresh = new byte[Long.BYTES];
        random.nextBytes(fresh);
        this.nonce = Bytes.takeOver(fresh);
        this.leaves = new Bloom(FILTER_BYTES, random.nextLong());
        this.candidates = new Bloom(CANDIDATES_FILTER_BYTES, random.nextLong());
    }

    /// Notes that the sweep will ask whether the object is linked.
    synchronized void watch(ObjectId id) {
        candidates.add(id.high(), id.low());
    }

    /// Marks what a task holds or links, while the collector marks.
    synchronized void shade(Kind kind, ObjectId id) {
        if (isMarking) {
            if (!kind.leads()) {
                shaded += leaves.add(id.high(), id.low()) ? 1 : 0;
            } else if (store.get(Keys.marked(nonce, id)).isEmpty()) {
                store.commitBehind(new Batch().put(Keys.marked(nonce, id), SHADED));
                push(new Gray(kind, id, false));
            }
        }
    }

    /// Follows the references of an object again, whose content has changed.
    synchronized void push(Gray pushed) {
        if (isMarking) {
            shaded++;
            if (gray.size() < GRAY_IN_MEMORY_MAX) {
                gray.add(pushed);
            } else {
                grayInStore++;
                store.commitBehind(new Batch().put(Keys.gray(nonce, pushed.id()), pushed.encode()));
            }
        }
    }

    /// Marks what a task is about to create. Nothing is in it yet, and what is linked into it is shaded then.
    synchronized void born(Kind kind, ObjectId id) {
        if (kind.leads()) {
            store.commitBehind(new Batch().put(Keys.marked(nonce, id), SHADED));
        } else {
            leaves.add(id.high(), id.low());
        }
    }

    /// Marks what an entry of a reachable directory names, by the collector alone.
    ///
    /// @param isRooted whether the root leads to the directory
    /// @param batch is given the marks; to be committed before the next object is followed
    synchronized void see(Kind kind, ObjectId id, boolean isRooted, Batch batch) {
        Bytes key = Keys.marked(nonce, id);
        if (kind.leads()) {
            Optional<Bytes> before = store.get(key);
            if (before.isEmpty() || (isRooted && before.get().equals(SHADED))) {
                batch.put(key, isRooted ? LINKED : SHADED);
                push(new Gray(kind, id, isRooted));
            }
        } else {
            leaves.add(id.high(), id.low());
            if (isRooted && isWatched(id)) {
                batch.put(key, LINKED);
            }
        }
    }

    private boolean isWatched(ObjectId id) {
        return candidates.contains(id.high(), id.low());
    }

    /// Whether something found by its id alone may be used: while marking it is marked now, later it must have been.
    synchronized boolean reach(Kind kind, ObjectId id) {
        shade(kind, id);
        return isMarked(kind, id);
    }

    /// Whether it is, or may be, reachable.
    synchronized boolean isMarked(Kind kind, ObjectId id) {
        return kind.leads() ? store.get(Keys.marked(nonce, id)).isPresent() : leaves.contains(id.high(), id.low());
    }

    /// Whether the root led to it when the collector looked.
    boolean isLinked(ObjectId id) {
        return store.get(Keys.marked(nonce, id)).equals(Optional.of(LINKED));
    }

    synchronized @Nullable Gray next() {
        if (gray.isEmpty() && grayInStore > 0) {
            Bytes prefix = Keys.grays(nonce);
            List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
            var taken = new Batch();
            for (Store.Entry entry : page) {
                gray.add(Gray.decode(new ObjectId(Keys.below(prefix, entry.key())), entry.value()));
                taken.delete(entry.key());
            }
            store.commitBehind(taken);
            grayInStore = page.isEmpty() ? 0 : grayInStore;
        }
        return gray.poll();
    }

    /// How often a task or the collector has marked what was not.
    synchronized long shaded() {
        return shaded;
    }

    /// Ends the marking, if nothing was marked since `shadedBefore` and all that was has been followed.
    synchronized boolean finish(long shadedBefore) {
        if (gray.isEmpty() && grayInStore == 0 && shaded == shadedBefore) {
            isMarking = false;
        }
        return !isMarking;
    }
}
