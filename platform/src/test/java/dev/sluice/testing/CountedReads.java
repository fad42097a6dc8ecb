package dev.sluice.testing;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Forwards to another store and counts the records that are read.
public final class CountedReads implements Store {
    private final Store delegate;
    private final AtomicLong reads = new AtomicLong();

    public CountedReads(Store delegate) {
        this.delegate = delegate;
    }

    public long reads() {
        return reads.get();
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
        reads.incrementAndGet();
        return delegate.get(key);
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        return counted(delegate.scan(prefix, afterKey, limit));
    }

    @Override
    public List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit) {
        return counted(delegate.scanBackwards(prefix, beforeKey, limit));
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

    private List<Entry> counted(List<Entry> entries) {
        reads.addAndGet(entries.size());
        return entries;
    }
}
