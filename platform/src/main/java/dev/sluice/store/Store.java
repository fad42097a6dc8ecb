package dev.sluice.store;

import dev.sluice.bytes.Bytes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Durable bytes by key, ordered by unsigned bytes.
///
/// All methods are thread-safe, take effect at once and as a whole, and may be called on a virtual thread: none
/// holds its carrier while it waits for the disk. A thread's interrupt ends no call; it stays set for the caller
/// to see.
///
/// Keys have 1 to `KEY_BYTES_MAX` bytes, values at most `VALUE_BYTES_MAX`; anything else is an
/// `IllegalArgumentException`. A closed store throws `StoreClosed`. A store whose disk has refused once
/// throws `StoreFailed` from then on: what it had not acknowledged may or may not be there after the next start.
///
/// No transactions that read and then decide (conditions in a `Batch` do that), no expiry, no deletion of ranges.
public interface Store extends AutoCloseable {
    int KEY_BYTES_MAX = 4 << 10;
    int VALUE_BYTES_MAX = 8 << 20;
    int SCAN_ENTRIES_MAX = 1_000;
    int SCAN_BYTES_MAX = 16 << 20;

    Optional<Bytes> get(Bytes key);

    /// The entries whose key starts with `prefix` and comes after `afterKey` (`Bytes.EMPTY`: from the first), in
    /// ascending order.
    ///
    /// At most `limit` of them (1 to `SCAN_ENTRIES_MAX`), and fewer when `SCAN_BYTES_MAX` is reached before:
    /// only an **empty** page means that nothing follows.
    List<Entry> scan(Bytes prefix, Bytes afterKey, int limit);

    /// The same, descending from before `beforeKey` (`Bytes.EMPTY`: from the last).
    List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit);

    /// Applies `batch` as a whole if all its conditions hold and no addition exceeds its maximum. Durable on
    /// return.
    ///
    /// @return false if not, and nothing changed
    boolean commit(Batch batch);

    /// Applies `batch`, which must have neither conditions nor additions, in the order of the calls: reads
    /// that follow see it, and it is durable within 100 ms, and in any case when a later [#commit] is. Blocks
    /// while too much is waiting for the disk.
    void commitBehind(Batch batch);

    /// Rewrites what is on disk where keys begin with one of these, so that nothing is left there of what was deleted
    /// or replaced before. Takes time that grows with all that is there.
    void rewrite(Collection<Bytes> prefixes);

    /// Makes durable what is waiting, then refuses every call.
    @Override
    void close();

    /// Durable on return, as are `compareAndSet` and `delete`.
    default boolean putIfAbsent(Bytes key, Bytes value) {
        return commit(new Batch().requireAbsent(key).put(key, value));
    }

    default boolean compareAndSet(Bytes key, Bytes expected, Bytes value) {
        return commit(new Batch().requireEquals(key, expected).put(key, value));
    }

    default boolean delete(Bytes key, Bytes expected) {
        return commit(new Batch().requireEquals(key, expected).delete(key));
    }

    record Entry(Bytes key, Bytes value) {}
}
