package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.Reservation;
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

/// Keeps bodies of requests as blobs that nothing links to: charged, streamed to disk, and synced. What is cut off
/// leaves nothing. As [Task#current], who pays. Thread-safe.
final class Uploads {
    /// What one organization may do.
    ///
    /// @param atOnceMax how many at once
    /// @param timeMax   a body that needs longer has a slower connection than this is for
    record Limits(int atOnceMax, long bytesMax, Duration timeMax) {
        static final Limits SERVED = new Limits(8, UnlinkedBlobs.BYTES_MAX, Duration.ofHours(1));
    }

    private final UnlinkedBlobs unlinked;
    private final Blobs blobs;
    private final Limits limits;
    private final ConcurrentHashMap<String, Integer> underWay = new ConcurrentHashMap<>();

    Uploads(UnlinkedBlobs unlinked, Blobs blobs, Limits limits) {
        this.unlinked = unlinked;
        this.blobs = blobs;
        this.limits = limits;
    }

    /// @param expires unless a run names it
    record Kept(ObjectId id, long lengthBytes, Instant expires) {}

    /// Durable on return. Room is reserved while the bytes come: for as many as are announced, else as they come.
    ///
    /// @param isStillAllowed is asked when all is here; what it throws is thrown, and nothing is kept
    /// @throws Rejection 429
    /// @throws HttpRefused 408, 413
    Kept keep(Request request, Label label, Runnable isStillAllowed) throws IOException {
        return keep(request, limits.bytesMax(), label, isStillAllowed);
    }

    /// As above, of a body of at most `bytesMax`.
    Kept keep(Request request, long bytesMax, Label label, Runnable isStillAllowed) throws IOException {
        String payer = Task.current().payer();
        if (underWay.merge(payer, 1, Integer::sum) > limits.atOnceMax()) {
            leave(payer);
            throw new Rejection(Refusals.tooMany(
                    "your organization uploads " + limits.atOnceMax() + " blobs at once already: try again later"));
        }
        try {
            return written(request, bytesMax, label, isStillAllowed);
        } finally {
            leave(payer);
        }
    }

    private void leave(String payer) {
        underWay.computeIfPresent(payer, (_, count) -> count == 1 ? null : count - 1);
    }

    private Kept written(Request request, long bytesMax, Label label, Runnable isStillAllowed) throws IOException {
        long end = System.nanoTime() + limits.timeMax().toNanos();
        long length = 0;
        InputStream in = request.bodyStreamToMatch(bytesMax); // open: who is refused sends on, and is told
        try (Reservation room = unlinked.reserve();
                Blobs.Upload upload = blobs.begin(bytesMax)) {
            room.take(request.declaredBytes());
            byte[] piece = in.readNBytes(Blobs.PIECE_BYTES);
            while (piece.length > 0) {
                requireInTime(end);
                length += piece.length;
                room.reach(length);
                upload.write(Bytes.takeOver(piece));
                piece = in.readNBytes(Blobs.PIECE_BYTES);
            }
            isStillAllowed.run();
            Digest digest = upload.finish();
            request.requireMatch(digest);
            UnlinkedBlobs.Made made = unlinked.create(label, new BlobRef(digest, length), room);
            return new Kept(made.id(), length, made.expires());
        }
    }

    private void requireInTime(long end) {
        if (System.nanoTime() - end > 0) {
            throw new HttpRefused(
                    408, "the blob came too slowly: it has " + limits.timeMax().toMinutes() + " minutes");
        }
    }
}
