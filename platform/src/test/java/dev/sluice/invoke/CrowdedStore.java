package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// Forwards to another store, as if each scan found its first entry again and again, and gives nothing out until it is
/// opened: so many accepted runs would fill a real one.
final class CrowdedStore implements Store {
    private final Store delegate;
    private final int entries;
    private final CountDownLatch opened = new CountDownLatch(1);
    private List<Entry> first = List.of(); // for one thread
    private int told;

    CrowdedStore(Store delegate, int entries) {
        this.delegate = delegate;
        this.entries = entries;
    }

    void open() {
        opened.countDown();
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        if (afterKey.length() == 0) {
            first = delegate.scan(prefix, afterKey, 1);
            told = 0;
        }
        int count = first.isEmpty() ? 0 : Math.min(limit, entries - told);
        told += count;
        return count == 0 ? List.of() : Collections.nCopies(count, first.getFirst());
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
        try {
            opened.await();
        } catch (InterruptedException later) {
            throw new AssertionError("nobody is interrupted here", later);
        }
        return delegate.get(key);
    }

    @Override
    public List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit) {
        return delegate.scanBackwards(prefix, beforeKey, limit);
    }

    @Override
    public boolean commit(Batch batch) {
        return delegate.commit(batch);
    }

    @Override
    public void commitBehind(Batch batch) {
        delegate.commitBehind(batch);
    }

    @Override
    public void rewrite(Collection<Bytes> prefixes) {
        delegate.rewrite(prefixes);
    }

    @Override
    public void close() {
        delegate.close();
    }
}
