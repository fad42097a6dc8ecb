package dev.sluice.fs;

import dev.sluice.blob.Blobs;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Blobs that nothing links to: found by their ids, and kept for a time, or as long as a record names them
/// ([ObjectUses]). Each method acts as [Task#current].
///
/// An id that is nobody's and one of a blob that the task may not know of are one refusal. Thread-safe.
public final class UnlinkedBlobs {
    /// The largest one.
    public static final long BYTES_MAX = 1L << 30;

    /// How long one is kept that no record names.
    public static final Duration LEASE = Duration.ofHours(24);

    private final LabeledFs fs;
    private final Blobs blobs;

    public UnlinkedBlobs(LabeledFs fs, Blobs blobs) {
        this.fs = fs;
        this.blobs = blobs;
    }

    /// @param expires unless a record names it
    public record Made(ObjectId id, Instant expires) {}

    /// Room for one that is being written, which the task's payer pays for.
    public Reservation reserve() {
        return fs.quotas.reservation(Task.current().payer());
    }

    /// Charged to the task's payer by its length.
    ///
    /// @param room that was reserved for it
    /// @throws Refused `DENIED`, `QUOTA`
    public Made create(Label label, BlobRef blob, Reservation room) {
        try (var _ = fs.barrier.begin()) {
            return fs.heap.addUnlinked(Kind.BLOB, label, blob.encode(), Privilege.NONE, LEASE, room);
        }
    }

    /// Taints with the blob.
    ///
    /// @throws Refused `NOT_FOUND`
    public BlobRef find(ObjectId id) {
        return BlobRef.decode(fs.readById(id, Kind.BLOB).bytes());
    }

    /// The bytes, to be closed. As [#find].
    public Blobs.Blob open(ObjectId id) throws IOException {
        return blobs.open(find(id).digest()).orElseThrow(Refused::notFound);
    }

    /// As [#find]; keeps it at least long enough for a record to name it.
    public BlobRef retain(ObjectId id) {
        try (var _ = fs.barrier.begin()) {
            BlobRef found = find(id);
            fs.barrier.retain(Kind.BLOB, id);
            return found;
        }
    }

    /// At once, whatever record names it. Taints with the blob.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void remove(ObjectId id, Privilege with) {
        Label label = fs.readById(id, Kind.BLOB).label();
        Task.current().requireMayAffect(label, with, "a blob");
        fs.heap.removeUnlinked(id);
    }

    /// How many bytes the task's payer may still store, and at most how large a blob may be.
    ///
    /// @throws Refused `QUOTA` if that is none
    public long bytesLeft() {
        long left = fs.quotas.bytesLeft(Task.current().payer());
        return Math.min(left, BYTES_MAX);
    }

    /// The id that a text names; nobody's where it can be none.
    ///
    /// @throws Refused `NOT_FOUND`
    public static ObjectId id(String text) {
        return Optional.of(text).flatMap(ObjectId::parse).orElseThrow(Refused::notFound);
    }
}
