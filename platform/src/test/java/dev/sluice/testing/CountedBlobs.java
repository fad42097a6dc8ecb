package dev.sluice.testing;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/// Forwards to other blobs, and tells how many blobs and uploads nobody has closed.
public final class CountedBlobs implements Blobs {
    private final Blobs delegate;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();

    public CountedBlobs(Blobs delegate) {
        this.delegate = delegate;
    }

    public int open() {
        return open.size();
    }

    @Override
    public Upload begin(long bytesMax) throws IOException {
        var upload = new CountedUpload(delegate.begin(bytesMax));
        open.add(upload);
        return upload;
    }

    @Override
    public Optional<Blob> open(Digest digest) throws IOException {
        return delegate.open(digest).map(found -> {
            var blob = new CountedBlob(found);
            open.add(blob);
            return blob;
        });
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

    private final class CountedUpload implements Upload {
        private final Upload upload;

        CountedUpload(Upload upload) {
            this.upload = upload;
        }

        @Override
        public void write(Bytes piece) throws IOException {
            upload.write(piece);
        }

        @Override
        public Digest finish() throws IOException {
            return upload.finish();
        }

        @Override
        public void close() throws IOException {
            open.remove(this);
            upload.close();
        }
    }

    private final class CountedBlob implements Blob {
        private final Blob blob;

        CountedBlob(Blob blob) {
            this.blob = blob;
        }

        @Override
        public long length() {
            return blob.length();
        }

        @Override
        public InputStream stream(long offset) throws IOException {
            return blob.stream(offset);
        }

        @Override
        public void close() throws IOException {
            open.remove(this);
            blob.close();
        }
    }
}
