package dev.sluice.testing;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Forwards to another store and, once armed, does something before the n-th call, counting from 1. Run a scenario
/// with n = 1, 2, 3, … until nothing was done: it has then happened between any two calls.
public final class HookedStore implements Store {
    private final Store delegate;
    private final AtomicInteger left = new AtomicInteger();
    private volatile Runnable hook = () -> {};
    private volatile boolean isForAll = true;
    private volatile Thread armedBy = Thread.currentThread();

    public HookedStore(Store delegate) {
        this.delegate = delegate;
    }

    public void arm(int at, Runnable newHook) {
        isForAll = true;
        hook = newHook;
        left.set(at);
    }

    /// As [#arm], and counts the calls of this thread only: what the scenario leaves behind goes on beside it.
    public void armHere(int at, Runnable newHook) {
        armedBy = Thread.currentThread();
        isForAll = false;
        hook = newHook;
        left.set(at);
    }

    /// Whether the scenario was over before the hook's turn.
    public boolean isUnused() {
        return left.get() > 0;
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
        step();
        return delegate.get(key);
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        step();
        return delegate.scan(prefix, afterKey, limit);
    }

    @Override
    public List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit) {
        step();
        return delegate.scanBackwards(prefix, beforeKey, limit);
    }

    @Override
    public boolean commit(Batch batch) {
        step();
        return delegate.commit(batch);
    }

    @Override
    public void commitBehind(Batch batch) {
        step();
        delegate.commitBehind(batch);
    }

    @Override
    public void rewrite(Collection<Bytes> prefixes) {
        step();
        delegate.rewrite(prefixes);
    }

    @Override
    public void close() {
        delegate.close();
    }

    private void step() {
        boolean isMeant = isForAll || Thread.currentThread().equals(armedBy);
        if (isMeant && left.get() > 0 && left.decrementAndGet() == 0) {
            hook.run();
        }
    }
}
