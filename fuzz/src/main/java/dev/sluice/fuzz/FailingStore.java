package dev.sluice.fuzz;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A store that fails at one of its calls and at all that follow, as [Store] says. What was committed behind is
/// durable once a later commit is. Thread-safe.
final class FailingStore implements Store {
    /// What has become of the call that fails, and of what was committed behind before it.
    enum Fault {
        /// The disk has neither.
        LOST,
        /// It has both; the caller was not told.
        KEPT
    }

    private final MemoryStore live;
    private final MemoryStore disk;
    private final long failAt;
    private final Fault fault;
    private final List<Batch> behind = new ArrayList<>(); // guarded by this
    private long calls; // guarded by this
    private boolean isArmed; // guarded by this
    private boolean hasFailed; // guarded by this

    /// @param failAt the call, from 1 on, counted from [#arm]
    FailingStore(MemoryStore live, MemoryStore disk, long failAt, Fault fault) {
        this.live = live;
        this.disk = disk;
        this.failAt = failAt;
        this.fault = fault;
    }

    /// Counts from now on. What came before is on disk.
    synchronized void arm() {
        flush();
        isArmed = true;
    }

    synchronized boolean hasFailed() {
        return hasFailed;
    }

    synchronized long calls() {
        return calls;
    }

    /// What readers see: it may be ahead of the disk.
    MemoryStore live() {
        return live;
    }

    /// What a restart finds.
    MemoryStore disk() {
        return disk;
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
        return step(() -> live.get(key));
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        return step(() -> live.scan(prefix, afterKey, limit));
    }

    @Override
    public List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit) {
        return step(() -> live.scanBackwards(prefix, beforeKey, limit));
    }

    @Override
    public boolean commit(Batch batch) {
        return step(() -> {
            flush();
            return live.commit(batch) && disk.commit(batch);
        });
    }

    @Override
    public void commitBehind(Batch batch) {
        step(() -> {
            live.commitBehind(batch);
            return behind.add(batch);
        });
    }

    @Override
    public void rewrite(Collection<Bytes> prefixes) {
        step(() -> {
            live.rewrite(prefixes);
            return true;
        });
    }

    @Override
    public void close() {
        // Others look at what is left.
    }

    private synchronized <T> T step(Supplier<T> call) {
        if (isArmed) {
            calls++;
        }
        boolean failsNow = isArmed && calls == failAt;
        if (hasFailed || (failsNow && fault == Fault.LOST)) {
            hasFailed = true;
            throw new StoreFailed("an injected fault");
        }
        T result = call.get();
        if (failsNow) {
            hasFailed = true;
            flush();
            throw new StoreFailed("an injected fault");
        }
        return result;
    }

    private void flush() {
        behind.forEach(disk::commitBehind);
        behind.clear();
    }
}
