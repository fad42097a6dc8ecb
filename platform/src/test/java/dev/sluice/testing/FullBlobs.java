package dev.sluice.testing;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Forwards to other blobs, on a disk that is full for as long as the test says.
public final class FullBlobs implements Blobs {
    private final Blobs delegate;
    private final BooleanSupplier isFull;

    public FullBlobs(Blobs delegate, BooleanSupplier isFull) {
        this.delegate = delegate;
        this.isFull = isFull;
    }

    @Override
    public Upload begin(long bytesMax) throws IOException {
        if (isFull.getAsBoolean()) {
            throw new IOException("No space left on device");
        }
        return delegate.begin(bytesMax);
    }

    @Override
    public Optional<Blob> open(Digest digest) throws IOException {
        return delegate.open(digest);
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
