package dev.sluice.store.rocks;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.KeyRange;
import dev.sluice.store.Page;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// One open RocksDB and the native objects that belong to it. Its user sees to it that nothing is called after `close`:
/// that would be a crash of the process and no exception.
final class Engine implements AutoCloseable {
    private static final long BLOCK_CACHE_BYTES = 48 << 20;

    /// Few, because what is larger than a shard is never cached: the largest value, or the filter of a large file.
    private static final int BLOCK_CACHE_SHARD_BITS = 2;

    /// For filters and indexes, so that reading much data does not push them out.
    private static final double BLOCK_CACHE_SHARE_OF_FILTERS = 0.5;

    private static final long WRITE_BUFFER_BYTES = 16 << 20;
    private static final int WRITE_BUFFERS_MAX = 3;
    private static final long LOG_BYTES_MAX = 64 << 20;
    private static final int OPEN_FILES_MAX = 256;
    private static final double FILTER_BITS_PER_KEY = 10;
    private static final int BACKGROUND_JOBS_MAX = 2;
    private static final long TEXT_LOG_BYTES_MAX = 1 << 20;
    private static final int TEXT_LOGS_MAX = 2;

    /// How many deleted keys a scan may step over on the caller's thread.
    private static final int SKIPPED_KEYS_MAX = 1_000;

    private final Cache cache;
    private final BloomFilter filter;
    private final Options options;
    private final ReadOptions cached;
    private final ReadOptions fromDisk;
    private final WriteOptions synced;
    private final RocksDB db;

    Engine(Path directory) {
        this.cache = new LRUCache(BLOCK_CACHE_BYTES, BLOCK_CACHE_SHARD_BITS, false, BLOCK_CACHE_SHARE_OF_FILTERS);
        this.filter = new BloomFilter(FILTER_BITS_PER_KEY);
        this.options = options(cache, filter);
        this.cached = new ReadOptions().setReadTier(ReadTier.BLOCK_CACHE_TIER);
        this.fromDisk = new ReadOptions();
        this.synced = new WriteOptions().setSync(true);
        RocksDB opened = null;
        try {
            RocksLibrary.createPrivately(directory);
            opened = RocksDB.open(options, directory.toString());
        } catch (IOException | RocksDBException refused) {
            throw new StoreFailed(refusalToOpen(directory, refused), refused);
        } finally {
            if (opened == null) {
                closeOptions();
            }
        }
        this.db = opened;
    }

    private static Options options(Cache cache, BloomFilter filter) {
        var table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        return new Options()
                .setCreateIfMissing(true)
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxWriteBufferNumber(WRITE_BUFFERS_MAX)
                .setAllowConcurrentMemtableWrite(false)
                .setMaxTotalWalSize(LOG_BYTES_MAX)
                // Only a torn end of the log is forgiven: what was acknowledged must not vanish silently.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setMaxBackgroundJobs(BACKGROUND_JOBS_MAX)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(TEXT_LOG_BYTES_MAX)
                .setKeepLogFileNum(TEXT_LOGS_MAX)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private static String refusalToOpen(Path directory, Exception refused) {
        String reason = String.valueOf(refused.getMessage());
        boolean locked = reason.contains("While lock file") || reason.contains("lock hold by current process");
        return locked
                ? "the store in " + directory + " is in use by another process"
                : "the store in " + directory + " cannot be opened: " + reason;
    }

    /// Whether a read that had to do without the disk needs it.
    static boolean needsDisk(RocksDBException refused) {
        return refused.getStatus() != null && refused.getStatus().getCode() == Status.Code.Incomplete;
    }

    Optional<Bytes> get(Bytes key, Tier tier) throws RocksDBException {
        byte @Nullable [] value = db.get(tier == Tier.CACHE ? cached : fromDisk, key.readOnlyArray());
        return Optional.ofNullable(value).map(Bytes::takeOver);
    }

    List<Store.Entry> page(KeyRange range, int limit, boolean backwards, Tier tier) throws RocksDBException {
        var page = new Page(limit);
        Bytes to = range.to();
        if (range.isEmpty()) {
            return page.entries();
        }
        try (var lower = new Slice(range.from().readOnlyArray());
                @Nullable Slice upper = to == null ? null : new Slice(to.readOnlyArray());
                var bounded = new ReadOptions()) {
            bounded.setIterateLowerBound(lower);
            if (upper != null) {
                bounded.setIterateUpperBound(upper);
            }
            if (tier == Tier.CACHE) {
                bounded.setReadTier(ReadTier.BLOCK_CACHE_TIER).setMaxSkippableInternalKeys(SKIPPED_KEYS_MAX);
            }
            fill(page, bounded, backwards);
        }
        return page.entries();
    }

    private void fill(Page page, ReadOptions bounded, boolean backwards) throws RocksDBException {
        try (RocksIterator at = db.newIterator(bounded)) {
            if (backwards) {
                at.seekToLast();
            } else {
                at.seekToFirst();
            }
            while (at.isValid() && !page.isFull()) {
                page.add(Bytes.takeOver(at.key()), Bytes.takeOver(at.value()));
                if (backwards) {
                    at.prev();
                } else {
                    at.next();
                }
            }
            at.status();
        }
    }

    /// Makes `changes` (one per key) as a whole; durable on return.
    void write(Collection<Batch.Change> changes) throws RocksDBException {
        try (var batch = new WriteBatch()) {
            for (Batch.Change change : changes) {
                if (change.value() == null) {
                    batch.delete(change.key().readOnlyArray());
                } else {
                    batch.put(change.key().readOnlyArray(), change.value().readOnlyArray());
                }
            }
            db.write(synced, batch);
        }
    }

    /// Writes out the log, so that the one of what is in files now goes, then each file that has keys with one of these
    /// prefixes.
    void rewrite(Collection<Bytes> prefixes) throws RocksDBException {
        try (var flush = new FlushOptions().setWaitForFlush(true);
                var whole = new CompactRangeOptions()
                        .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForce)) {
            db.flush(flush);
            for (Bytes prefix : prefixes) {
                KeyRange range = KeyRange.after(prefix, Bytes.EMPTY);
                Bytes to = range.to();
                db.compactRange(
                        db.getDefaultColumnFamily(),
                        range.from().readOnlyArray(),
                        to == null ? null : to.readOnlyArray(),
                        whole);
            }
        }
    }

    @Override
    public void close() {
        db.close();
        closeOptions();
    }

    private void closeOptions() {
        synced.close();
        fromDisk.close();
        cached.close();
        options.close();
        filter.close();
        cache.close();
    }

    /// Where a read may look.
    enum Tier {
        CACHE,
        DISK
    }
}
