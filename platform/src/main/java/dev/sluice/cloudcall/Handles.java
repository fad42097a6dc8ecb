package dev.sluice.cloudcall;

import dev.sluice.blob.BlobTooLarge;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The blobs that one run has in hand, by opaque handles that mean nothing to any other run: each method throws
/// [HandleClosed] for one that it does not know, and refuses what is beyond [#HANDLES_MAX].
final class Handles implements AutoCloseable {
    static final int HANDLES_MAX = 64;
    static final int WRITTEN_BYTES_MAX = 64 << 20;
    static final int READ_BYTES_MAX = 2 << 20;

    private final Blobs blobs;
    private final Map<String, Blobs.Upload> writing = new HashMap<>();
    private final Map<String, BlobRef> finished = new HashMap<>();
    private final Map<String, Blobs.Blob> reading = new HashMap<>();
    private String outputHandle = "";
    private @Nullable BlobRef output;
    private long writtenBytes;
    private int last;

    Handles(Blobs blobs) {
        this.blobs = blobs;
    }

    /// An opened blob, as the guest is told of it.
    record Opened(String handle, long lengthBytes) {}

    String create() throws IOException {
        requireRoom();
        String handle = next("w");
        writing.put(handle, blobs.begin(WRITTEN_BYTES_MAX));
        return handle;
    }

    /// @throws Refused `EXISTS` if there was one before
    String createOutput(long bytesMax) throws IOException {
        requireRoom();
        if (!outputHandle.isEmpty()) {
            throw new Refused(Refusal.EXISTS, "a run has one output");
        }
        outputHandle = next("w");
        writing.put(outputHandle, blobs.begin(bytesMax));
        return outputHandle;
    }

    /// What the run wrote as its output, if that is whole.
    Optional<BlobRef> output() {
        return Optional.ofNullable(output);
    }

    void write(String handle, Bytes piece) throws IOException {
        Blobs.Upload upload = HandleClosed.unless(writing.get(handle));
        if (!handle.equals(outputHandle)) {
            writtenBytes += piece.length();
            if (writtenBytes > WRITTEN_BYTES_MAX) {
                throw new BlobTooLarge(WRITTEN_BYTES_MAX);
            }
        }
        upload.write(piece);
    }

    String finish(String handle) throws IOException {
        try (Blobs.Upload upload = HandleClosed.unless(writing.remove(handle))) {
            var digest = upload.finish();
            try (Blobs.Blob blob = blobs.open(digest).orElseThrow(() -> new IOException("a blob has vanished"))) {
                var ref = new BlobRef(digest, blob.length());
                if (handle.equals(outputHandle)) {
                    output = ref;
                }
                return hold(ref);
            }
        }
    }

    /// A handle for a blob that is finished already.
    String hold(BlobRef blob) {
        String handle = next("b");
        finished.put(handle, blob);
        return handle;
    }

    /// What a finished handle names.
    BlobRef finished(String handle) {
        return HandleClosed.unless(finished.get(handle));
    }

    /// A small blob of text.
    ///
    /// @throws Refused `INVALID` if it has more bytes
    String text(BlobRef blob, int bytesMax) throws IOException {
        if (blob.lengthBytes() > bytesMax) {
            throw new Refused(Refusal.INVALID, "a text that is too long");
        }
        try (Blobs.Blob opened = blobs.open(blob.digest()).orElseThrow(() -> new IOException("a blob is missing"));
                InputStream in = opened.stream(0)) {
            return Bytes.takeOver(in.readNBytes(bytesMax)).utf8();
        }
    }

    Opened open(BlobRef blob) throws IOException {
        requireRoom();
        Blobs.Blob opened = blobs.open(blob.digest()).orElseThrow(() -> new IOException("a blob is missing"));
        String handle = next("r");
        reading.put(handle, opened);
        return new Opened(handle, opened.length());
    }

    Bytes read(String handle, long offset, long length) throws IOException {
        Blobs.Blob blob = HandleClosed.unless(reading.get(handle));
        if (offset >= blob.length() || length == 0) {
            return Bytes.EMPTY;
        }
        try (InputStream in = blob.stream(offset)) {
            return Bytes.takeOver(in.readNBytes((int) Math.min(length, READ_BYTES_MAX)));
        }
    }

    void close(String handle) throws IOException {
        try (Blobs.Blob read = reading.remove(handle);
                Blobs.Upload written = writing.remove(handle)) {
            if (read == null && written == null) {
                HandleClosed.unless(finished.remove(handle));
            }
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

    private void requireRoom() {
        if (writing.size() + reading.size() + finished.size() >= HANDLES_MAX) {
            throw new Refused(Refusal.OVERLOADED, "too many blobs are in hand");
        }
    }

    private String next(String kind) {
        last++;
        return kind + last;
    }
}
