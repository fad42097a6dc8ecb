package dev.sluice.api;

import dev.sluice.blob.BlobTooLarge;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.http.HttpRefused;
import dev.sluice.http.Request;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps bodies of requests as blobs that nothing links to: streamed to disk, synced, and charged. What is cut off
/// leaves nothing. As [Task#current], who pays. Thread-safe.
final class Uploads {
    /// One organization's at once: what they write is not charged before they are whole.
    static final int AT_ONCE_MAX = 8;

    /// A slower body than that needs has a slower connection than this is for.
    static final Duration TIME_MAX = Duration.ofHours(1);

    private final UnlinkedBlobs unlinked;
    private final Blobs blobs;
    private final ConcurrentHashMap<String, Integer> underWay = new ConcurrentHashMap<>();

    Uploads(UnlinkedBlobs unlinked, Blobs blobs) {
        this.unlinked = unlinked;
        this.blobs = blobs;
    }

    /// @param expires unless a run names it
    record Kept(ObjectId id, long lengthBytes, Instant expires) {}

    /// Durable on return.
    ///
    /// @throws Rejection 429
    Kept keep(Request request, Label label) throws IOException {
        String payer = Task.current().payer();
        if (underWay.merge(payer, 1, Integer::sum) > AT_ONCE_MAX) {
            leave(payer);
            throw new Rejection(Refusals.tooMany(
                    "your organization uploads " + AT_ONCE_MAX + " blobs at once already: try again later"));
        }
        try {
            return written(request, label);
        } finally {
            leave(payer);
        }
    }

    private void leave(String payer) {
        underWay.computeIfPresent(payer, (_, count) -> count == 1 ? null : count - 1);
    }

    private Kept written(Request request, Label label) throws IOException {
        long bytesLeft = unlinked.bytesLeft();
        long end = System.nanoTime() + TIME_MAX.toNanos();
        long length = 0;
        InputStream in = request.bodyStream(UnlinkedBlobs.BYTES_MAX); // open: who is refused sends on, and is told
        try (Blobs.Upload upload = blobs.begin(bytesLeft)) {
            if (request.declaredBytes() > bytesLeft) {
                throw new BlobTooLarge(bytesLeft);
            }
            byte[] piece = in.readNBytes(Blobs.PIECE_BYTES);
            while (piece.length > 0) {
                if (System.nanoTime() - end > 0) {
                    throw new HttpRefused(408, "the blob came too slowly: it has " + TIME_MAX.toMinutes() + " minutes");
                }
                upload.write(Bytes.takeOver(piece));
                length += piece.length;
                piece = in.readNBytes(Blobs.PIECE_BYTES);
            }
            Digest digest = upload.finish();
            UnlinkedBlobs.Made made = unlinked.create(label, new BlobRef(digest, length));
            return new Kept(made.id(), length, made.expires());
        } catch (BlobTooLarge large) {
            throw UnlinkedBlobs.tooLarge(bytesLeft);
        }
    }
}
