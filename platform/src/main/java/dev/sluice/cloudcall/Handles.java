package dev.sluice.cloudcall;

import dev.sluice.blob.BlobTooLarge;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Reservation;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
    private @Nullable Reservation outputRoom;
    private Blobs.@Nullable Hold outputHold;
    private long outputBytes;
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

    /// @param room is closed with these handles
    /// @throws Refused `EXISTS` if there was one before
    String createOutput(long bytesMax, Reservation room) throws IOException {
        requireRoom();
        if (!outputHandle.isEmpty()) {
            throw new Refused(Refusal.EXISTS, "a run has one output");
        }
        outputHandle = next("w");
        writing.put(outputHandle, blobs.begin(bytesMax));
        outputRoom = room;
        return outputHandle;
    }

    /// What the run wrote as its output.
    ///
    /// @param room that was reserved for it
    record Output(BlobRef blob, Reservation room) {}

    /// If that is whole.
    Optional<Output> output() {
        return output == null || outputRoom == null ? Optional.empty() : Optional.of(new Output(output, outputRoom));
    }

    void write(String handle, Bytes piece) throws IOException {
        Blobs.Upload upload = HandleClosed.unless(writing.get(handle));
        if (outputRoom != null && handle.equals(outputHandle)) {
            upload.write(piece);
            outputBytes += piece.length();
            outputRoom.reach(outputBytes);
            return;
        }
        writtenBytes += piece.length();
        if (writtenBytes > WRITTEN_BYTES_MAX) {
            throw new BlobTooLarge(WRITTEN_BYTES_MAX);
        }
        upload.write(piece);
    }

    String finish(String handle) throws IOException {
        try (Blobs.Upload upload = HandleClosed.unless(writing.remove(handle))) {
            var digest = upload.finish();
            if (handle.equals(outputHandle)) {
                outputHold = blobs.hold(digest); // until a record names it, however long the run goes on
            }
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
        var failed = new IOException("not all blobs in hand could be closed");
        Stream.concat(
                        writing.values().stream().<Closing>map(upload -> upload::close),
                        reading.values().stream().map(blob -> blob::close))
                .forEach(one -> {
                    try {
                        one.close();
                    } catch (IOException broken) {
                        failed.addSuppressed(broken);
                    }
                });
        if (outputHold != null) {
            outputHold.close();
        }
        if (outputRoom != null) {
            outputRoom.close();
        }
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    private interface Closing {
        void close() throws IOException;
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
