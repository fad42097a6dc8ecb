package dev.sluice.blob.disk;

import dev.sluice.blob.BlobTooLarge;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Set;

/// A blob that is being written to a file which has no name of its own yet.
final class DiskUpload implements Blobs.Upload {
    private static final Set<StandardOpenOption> FRESH =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final FileChannel channel;
    private final MessageDigest sha = Digest.sha256();
    private final long bytesMax;
    private final Publisher publisher;
    private long written;

    DiskUpload(Path file, long bytesMax, Publisher publisher) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(file, FRESH, OWNER_ONLY);
        this.bytesMax = bytesMax;
        this.publisher = publisher;
    }

    @Override
    public void write(Bytes piece) throws IOException {
        if (piece.length() > bytesMax - written) {
            throw new BlobTooLarge(bytesMax);
        }
        written += piece.length();
        sha.update(piece.asBuffer());
        for (ByteBuffer left = piece.asBuffer(); left.hasRemaining(); ) {
            channel.write(left);
        }
    }

    @Override
    public Digest finish() throws IOException {
        channel.force(true);
        channel.close();
        Digest digest = Digest.finish(sha);
        publisher.publish(file, digest);
        return digest;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }

    /// Takes over a file that is whole and synced.
    interface Publisher {
        void publish(Path written, Digest digest) throws IOException;
    }
}
