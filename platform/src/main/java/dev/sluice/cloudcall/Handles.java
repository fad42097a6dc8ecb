package dev.sluice.cloudcall;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The blobs that one run has in hand, by opaque handles that mean nothing to any other run.
final class Handles implements AutoCloseable {
    static final int HANDLES_MAX = 64;
    static final int WRITTEN_BYTES_MAX = 64 << 20;
    static final int READ_BYTES_MAX = 2 << 20;

    private final Blobs blobs;
    private final Map<String, Blobs.Upload> writing = new HashMap<>();
    private final Map<String, BlobRef> finished = new HashMap<>();
    private final Map<String, Blobs.Blob> reading = new HashMap<>();
    private long writtenBytes;
    private int last;

    Handles(Blobs blobs) {
        this.blobs = blobs;
    }

    /// An opened blob, as the guest is told of it.
    record Opened(String handle, long lengthBytes) {}

    /// @return nothing if the run has too many in hand
    Optional<String> create() throws IOException {
        if (isFull()) {
            return Optional.empty();
        }
        String handle = next("w");
        writing.put(handle, blobs.begin(WRITTEN_BYTES_MAX));
        return Optional.of(handle);
    }

    /// @return false if `handle` is not being written
    boolean write(String handle, Bytes piece) throws IOException {
        Blobs.Upload upload = writing.get(handle);
        if (upload == null) {
            return false;
        }
        writtenBytes += piece.length();
        if (writtenBytes > WRITTEN_BYTES_MAX) {
            throw new dev.sluice.blob.BlobTooLarge(WRITTEN_BYTES_MAX);
        }
        upload.write(piece);
        return true;
    }

    Optional<String> finish(String handle) throws IOException {
        try (Blobs.Upload upload = writing.remove(handle)) {
            if (upload == null) {
                return Optional.empty();
            }
            var digest = upload.finish();
            try (Blobs.Blob blob = blobs.open(digest).orElseThrow(() -> new IOException("a blob has vanished"))) {
                String done = next("b");
                finished.put(done, new BlobRef(digest, blob.length()));
                return Optional.of(done);
            }
        }
    }

    /// What a finished handle names.
    Optional<BlobRef> finished(String handle) {
        return Optional.ofNullable(finished.get(handle));
    }

    /// @return nothing if the run has too many in hand
    Optional<Opened> open(BlobRef blob) throws IOException {
        if (isFull()) {
            return Optional.empty();
        }
        Blobs.Blob opened = blobs.open(blob.digest()).orElseThrow(() -> new IOException("a blob is missing"));
        String handle = next("r");
        reading.put(handle, opened);
        return Optional.of(new Opened(handle, opened.length()));
    }

    Optional<Bytes> read(String handle, long offset, long length) throws IOException {
        Blobs.Blob blob = reading.get(handle);
        if (blob == null) {
            return Optional.empty();
        }
        if (offset >= blob.length() || length == 0) {
            return Optional.of(Bytes.EMPTY);
        }
        try (InputStream in = blob.stream(offset)) {
            return Optional.of(Bytes.takeOver(in.readNBytes((int) Math.min(length, READ_BYTES_MAX))));
        }
    }

    boolean close(String handle) throws IOException {
        try (Blobs.Blob read = reading.remove(handle);
                Blobs.Upload written = writing.remove(handle)) {
            return read != null || written != null || finished.remove(handle) != null;
        }
    }

    @Override
    public void close() throws IOException {
        for (Blobs.Upload upload : writing.values()) {
            upload.close();
        }
        for (Blobs.Blob blob : reading.values()) {
            blob.close();
        }
    }

    private boolean isFull() {
        return writing.size() + reading.size() + finished.size() >= HANDLES_MAX;
    }

    private String next(String kind) {
        last++;
        return kind + last;
    }
}
