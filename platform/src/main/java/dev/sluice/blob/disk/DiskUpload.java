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
import java.security.MessageDigest;

/// A blob that is being written to a file without a name yet.
final class DiskUpload implements Blobs.Upload {
    /// Takes over a file that is whole and on the disk.
    @FunctionalInterface
    interface Keeper {
        void keep(Path written, Digest digest) throws IOException;
    }

    private final Path file;
    private final FileChannel channel;
    private final MessageDigest sha = Digest.sha256();
    private final long bytesMax;
    private final Keeper keeper;
    private long writtenBytes;

    DiskUpload(Path file, long bytesMax, Keeper keeper) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.WRITE);
        this.bytesMax = bytesMax;
        this.keeper = keeper;
    }

    @Override
    public void write(Bytes piece) throws IOException {
        writtenBytes += piece.length();
        if (writtenBytes > bytesMax) {
            throw new BlobTooLarge(bytesMax);
        }
        for (ByteBuffer left = piece.asBuffer(); left.hasRemaining(); ) {
            channel.write(left);
        }
        sha.update(piece.asBuffer());
    }

    @Override
    public Digest finish() throws IOException {
        channel.force(true);
        channel.close();
        Digest digest = Digest.finish(sha);
        keeper.keep(file, digest);
        return digest;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
