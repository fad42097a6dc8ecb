package dev.sluice.blob;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Immutable bytes named by the SHA-256 of their content.
///
/// Thread-safe. Nothing holds a whole blob in memory. The same content twice is kept once, so a put says nothing
/// about who else has it; whoever may not see a blob must not learn its digest either.
///
/// What refers to blobs decides what is garbage; nothing is deleted on its own.
public interface Blobs {
    int PIECE_BYTES = 64 << 10;

    /// Keeps what `content` yields up to its end; durable on return. Does not close `content`. Keeps nothing when it
    /// throws.
    ///
    /// @throws BlobTooLarge if there are more than `bytesMax` bytes
    default Digest put(InputStream content, long bytesMax) throws IOException {
        try (Upload upload = begin(bytesMax)) {
            byte[] piece = content.readNBytes(PIECE_BYTES);
            while (piece.length > 0) {
                upload.write(Bytes.takeOver(piece));
                piece = content.readNBytes(PIECE_BYTES);
            }
            return upload.finish();
        }
    }

    /// Begins a blob whose content comes piece by piece. Its owner closes it, finished or not.
    Upload begin(long bytesMax) throws IOException;

    /// The blob of that name, if it is here; to be closed.
    Optional<Blob> open(Digest digest) throws IOException;

    /// The names of the blobs that are here, in ascending order after `after`: `limit` of them, unless there are
    /// fewer.
    List<Digest> list(Optional<Digest> after, int limit) throws IOException;

    /// Keeps [#remove] from a blob until the hold is closed, by this process alone.
    Hold hold(Digest digest);

    /// Deletes a blob that nobody holds and whose last put or upload ended before `before`, if `isGarbage` says so
    /// at a moment when no put of the same bytes can end. Who has it open may read on.
    ///
    /// @return whether it was deleted
    boolean remove(Digest digest, Instant before, BooleanSupplier isGarbage) throws IOException;

    /// That a blob is needed, whatever refers to it.
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /// A blob that is being written. Used by one thread at a time.
    interface Upload extends AutoCloseable {
        /// @throws BlobTooLarge if there are then more than `bytesMax` bytes
        void write(Bytes piece) throws IOException;

        /// Ends the writing; durable on return.
        Digest finish() throws IOException;

        /// Forgets what was written, unless it is finished.
        @Override
        void close() throws IOException;
    }

    /// One open blob.
    interface Blob extends AutoCloseable {
        long length();

        /// The bytes from `offset` (0 to `length()`) on, until the blob is closed. Streams of one blob are
        /// independent.
        InputStream stream(long offset) throws IOException;

        @Override
        void close() throws IOException;
    }
}
