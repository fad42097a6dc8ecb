package dev.sluice.testing;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Forwards to other blobs, and does something between a blob's opening and whoever opened it.
public final class HookedBlobs implements Blobs {
    private final Blobs delegate;
    private final AtomicReference<@Nullable Awaited> hook = new AtomicReference<>();

    public HookedBlobs(Blobs delegate) {
        this.delegate = delegate;
    }

    public interface Hook {
        void run() throws IOException, InterruptedException;
    }

    private record Awaited(Digest digest, Hook hook) {}

    /// Once, and not while it does that.
    public void afterNextOpen(Digest digest, Hook next) {
        hook.set(new Awaited(digest, next));
    }

    public boolean isHookSpent() {
        return hook.get() == null;
    }

    @Override
    public Optional<Blob> open(Digest digest) throws IOException {
        Optional<Blob> found = delegate.open(digest);
        Awaited next = hook.get();
        if (next != null && next.digest().equals(digest) && hook.compareAndSet(next, null)) {
            try {
                next.hook().run();
            } catch (InterruptedException stopped) {
                throw new IOException(stopped);
            }
        }
        return found;
    }

    @Override
    public Upload begin(long bytesMax) throws IOException {
        return delegate.begin(bytesMax);
    }

    @Override
    public List<Digest> list(Optional<Digest> after, int limit) throws IOException {
        return delegate.list(after, limit);
    }

    @Override
    public Hold hold(Digest digest) {
        return delegate.hold(digest);
    }

    @Override
    public boolean remove(Digest digest, Instant before, BooleanSupplier isGarbage) throws IOException {
        return delegate.remove(digest, before, isGarbage);
    }
}
