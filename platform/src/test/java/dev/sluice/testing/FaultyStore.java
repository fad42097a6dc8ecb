package dev.sluice.testing;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Forwards to another store and fails the n-th call, counting from 1. Run a scenario with n = 1, 2, 3, … until it
/// passes with the fault unused: every call has then failed once.
///
/// A disk that fails has kept what it was given, or has not; both are tried.
public final class FaultyStore implements Store {
    /// What has become of the call that fails.
    public enum Fault {
        NOTHING_DONE,
        DONE_BUT_NOT_TOLD,
    }

    private final Store delegate;
    private final int failAt;
    private final Fault fault;
    private final AtomicInteger calls = new AtomicInteger();

    public FaultyStore(Store delegate, int failAt, Fault fault) {
        this.delegate = delegate;
        this.failAt = failAt;
        this.fault = fault;
    }

    /// Whether the scenario was over before the fault's turn.
    public boolean isUnused() {
        return calls.get() < failAt;
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
        return step(() -> delegate.get(key));
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        return step(() -> delegate.scan(prefix, afterKey, limit));
    }

    @Override
    public List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit) {
        return step(() -> delegate.scanBackwards(prefix, beforeKey, limit));
    }

    @Override
    public boolean commit(Batch batch) {
        return step(() -> delegate.commit(batch));
    }

    @Override
    public void commitBehind(Batch batch) {
        step(() -> {
            delegate.commitBehind(batch);
            return true;
        });
    }

    @Override
    public void rewrite(Collection<Bytes> prefixes) {
        step(() -> {
            delegate.rewrite(prefixes);
            return true;
        });
    }

    @Override
    public void close() {
        delegate.close();
    }

    private <T> T step(Supplier<T> call) {
        boolean fails = calls.incrementAndGet() == failAt;
        if (fails && fault == Fault.NOTHING_DONE) {
            throw new StoreFailed("an injected fault");
        }
        T result = call.get();
        if (fails) {
            throw new StoreFailed("an injected fault");
        }
        return result;
    }
}
