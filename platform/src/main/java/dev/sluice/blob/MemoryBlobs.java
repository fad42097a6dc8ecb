package dev.sluice.blob;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Blobs that are gone when the process ends, for tests and tools. Thread-safe.
public final class MemoryBlobs implements Blobs {
    private final Map<Digest, Bytes> kept = new ConcurrentHashMap<>();

    public MemoryBlobs() {}

    /// Begins with what another one holds.
    public MemoryBlobs(MemoryBlobs before) {
        kept.putAll(before.kept);
    }

    @Override
    public Upload begin(long bytesMax) {
        var written = new ByteArrayOutputStream();
        return new Upload() {
            @Override
            public void write(Bytes piece) throws IOException {
                if (written.size() + (long) piece.length() > bytesMax) {
                    throw new BlobTooLarge(bytesMax);
                }
                written.writeBytes(piece.readOnlyArray());
            }

            @Override
            public Digest finish() {
                Bytes content = Bytes.takeOver(written.toByteArray());
                Digest digest = Digest.of(content);
                kept.put(digest, content);
                return digest;
            }

            @Override
            public void close() {
                written.reset();
            }
        };
    }

    @Override
    public Optional<Blob> open(Digest digest) {
        return Optional.ofNullable(kept.get(digest)).map(content -> new Blob() {
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
        });
    }
}
