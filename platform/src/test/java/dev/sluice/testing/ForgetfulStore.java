package dev.sluice.testing;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// As after a crash: what was to be written behind is not there.
public record ForgetfulStore(Store delegate) implements Store {
    @Override
    public Optional<Bytes> get(Bytes key) {
        return delegate.get(key);
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        return delegate.scan(prefix, afterKey, limit);
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
        // lost
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
