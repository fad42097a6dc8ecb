package dev.sluice.blob;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// Blobs that are gone when the process ends, for tests and tools. Thread-safe.
public final class MemoryBlobs implements Blobs {
    private final TreeMap<String, Kept> kept = new TreeMap<>(); // guarded by itself
    private final Holds holds = new Holds();
    private final InstantSource clock;

    private record Kept(Bytes content, Instant put) {}

    public MemoryBlobs() {
        this(InstantSource.system());
    }

    public MemoryBlobs(InstantSource clock) {
        this.clock = clock;
    }

    public boolean isHeld(Digest digest) {
        return holds.has(digest);
    }

    /// Begins with what another one holds.
    public MemoryBlobs(MemoryBlobs before) {
        this(before.clock);
        synchronized (before.kept) {
            kept.putAll(before.kept);
        }
    }

    public int count() {
        synchronized (kept) {
            return kept.size();
        }
    }

    @Override
    public Upload begin(long bytesMax) {
        return new MemoryUpload(bytesMax);
    }

    @Override
    public Optional<Blob> open(Digest digest) {
        synchronized (kept) {
            return Optional.ofNullable(kept.get(digest.hex())).map(found -> new MemoryBlob(found.content()));
        }
    }

    @Override
    public List<Digest> list(Optional<Digest> after, int limit) {
        synchronized (kept) {
            Map<String, Kept> rest = after.<Map<String, Kept>>map(last -> kept.tailMap(last.hex(), false))
                    .orElse(kept);
            return rest.keySet().stream().limit(limit).map(Digest::new).toList();
        }
    }

    @Override
    public Hold hold(Digest digest) {
        return holds.take(digest);
    }

    @Override
    public boolean remove(Digest digest, Instant before, BooleanSupplier isGarbage) {
        synchronized (kept) {
            Kept found = kept.get(digest.hex());
            return found != null
                    && found.put().isBefore(before)
                    && !holds.has(digest)
                    && isGarbage.getAsBoolean()
                    && kept.remove(digest.hex(), found);
        }
    }

    private final class MemoryUpload implements Upload {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final long bytesMax;
        private boolean isFinished;

        MemoryUpload(long bytesMax) {
            this.bytesMax = bytesMax;
        }

        @Override
        public void write(Bytes piece) throws IOException {
            requireUnfinished();
            if (written.size() + (long) piece.length() > bytesMax) {
                throw new BlobTooLarge(bytesMax);
            }
            written.writeBytes(piece.readOnlyArray());
        }

        @Override
        public Digest finish() throws IOException {
            requireUnfinished();
            isFinished = true;
            Bytes content = Bytes.takeOver(written.toByteArray());
            Digest digest = Digest.of(content);
            synchronized (kept) {
                kept.put(digest.hex(), new Kept(content, clock.instant()));
            }
            return digest;
        }

        @Override
        public void close() {
            written.reset();
        }

        private void requireUnfinished() throws IOException {
            if (isFinished) {
                throw new IOException("the upload is finished");
            }
        }
    }

    private static final class MemoryBlob implements Blob {
        private final Bytes content;

        MemoryBlob(Bytes content) {
            this.content = content;
        }

        @Override
        public long length() {
            return content.length();
        }

        @Override
        public InputStream stream(long offset) {
            return new ByteArrayInputStream(
                    content.slice((int) offset, content.length()).toArray());
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
