package dev.sluice.store.rocks;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.KeyRange;
import dev.sluice.store.Store;
import dev.sluice.store.StoreClosed;
import dev.sluice.store.StoreFailed;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.StampedLock;
import org.rocksdb.RocksDBException;

/// A store in one directory of this machine.
///
/// Reads look into memory on the caller's thread and go to the pool of `DiskReads` for the rest. Writes go through
/// the one `Committer`.
public final class RocksStore implements Store {
    private final Engine engine;
    private final CommitQueue queue = new CommitQueue();
    private final Committer committer;
    private final DiskReads disk = new DiskReads();
    private final HotReads hotReads = new HotReads();

    /// Held for reading by every read; taken for writing once and for ever by `close`.
    private final StampedLock open = new StampedLock();

    private volatile boolean closed;

    /// Opens or creates the store in `directory`. RocksDB's native library is kept unpacked in `libraryDirectory`.
    ///
    /// @throws StoreFailed if another process has it open, or the disk refuses
    public RocksStore(Path directory, Path libraryDirectory) {
        RocksLibrary.load(libraryDirectory);
        this.engine = new Engine(directory);
        this.committer = new Committer(engine, queue, hotReads);
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
        CommitQueue.Ahead ahead = queue.ahead(Batch.checkedKey(key));
        requireOpen();
        if (ahead != null) {
            return Optional.ofNullable(ahead.value());
        }
        Bytes hot = hotReads.get(key);
        if (hot != null) {
            return Optional.of(hot);
        }
        HotReads.Phase before = hotReads.phase();
        Optional<Bytes> found = read(tier -> engine.get(key, tier));
        found.ifPresent(value -> hotReads.offer(key, value, before));
        return found;
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        return page(KeyRange.after(prefix, afterKey), limit, false);
    }

    @Override
    public List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit) {
        return page(KeyRange.before(prefix, beforeKey), limit, true);
    }

    private List<Entry> page(KeyRange range, int limit, boolean backwards) {
        if (queue.isAheadIn(range)) {
            commit(new Batch()); // is done when all before it is
        }
        return read(tier -> engine.page(range, limit, backwards, tier));
    }

    @Override
    public boolean commit(Batch batch) {
        var pending = new Pending(batch, false);
        queue.add(pending);
        return switch (pending.await()) {
            case APPLIED -> true;
            case REFUSED -> false;
            case LOST -> throw queue.refusal();
        };
    }

    @Override
    public void commitBehind(Batch batch) {
        queue.add(new Pending(batch.requireUnconditional(), true));
    }

    @Override
    public void rewrite(Collection<Bytes> prefixes) {
        commit(new Batch()); // is done when all before it is
        requireOpen();
        long stamp = open.tryReadLock();
        if (stamp == 0) {
            throw new StoreClosed();
        }
        try {
            disk.run(_ -> {
                engine.rewrite(prefixes);
                return prefixes;
            });
        } catch (RocksDBException refused) {
            throw new StoreFailed("the disk refused to be rewritten", refused);
        } finally {
            open.unlockRead(stamp);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        committer.close();
        open.writeLock();
        disk.close();
        engine.close();
    }

    private <T> T read(DiskReads.Read<T> read) {
        requireOpen();
        long stamp = open.tryReadLock();
        if (stamp == 0) {
            throw new StoreClosed();
        }
        try {
            return cachedOrFromDisk(read);
        } catch (RocksDBException refused) {
            throw new StoreFailed("the disk refused a read", refused);
        } finally {
            open.unlockRead(stamp);
        }
    }

    private <T> T cachedOrFromDisk(DiskReads.Read<T> read) throws RocksDBException {
        try {
            return read.from(Engine.Tier.CACHE);
        } catch (RocksDBException refused) {
            if (!Engine.needsDisk(refused)) {
                throw refused;
            }
            return disk.run(read);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosed();
        }
        queue.requireSound();
    }
}
