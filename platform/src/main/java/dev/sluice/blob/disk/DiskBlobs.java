package dev.sluice.blob.disk;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// A file for each blob, named by its digest: `DIR/ab/abcdef…`. Written under another name, forced to the disk,
/// renamed, and the directory forced, in this order: a name that is there has its whole content.
///
/// What an interrupted writing left in `DIR/new` is removed when the directory is opened.
public final class DiskBlobs implements Blobs {
    static final int PIECE_BYTES = 256 << 10;

    private static final int FAN_OUT_CHARS = 2;
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final Path unfinished;

    /// @throws IOException if `directory` cannot be made or written
    public DiskBlobs(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory, PRIVATE);
        this.unfinished = Files.createDirectories(directory.resolve("new"), PRIVATE);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(unfinished)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    @Override
    public Digest put(InputStream content, long bytesMax) throws IOException {
        try (Upload upload = begin(bytesMax)) {
            byte[] piece = content.readNBytes(PIECE_BYTES);
            while (piece.length > 0) {
                upload.write(Bytes.takeOver(piece));
                piece = content.readNBytes(PIECE_BYTES);
            }
            return upload.finish();
        }
    }

    @Override
    public Upload begin(long bytesMax) throws IOException {
        return new DiskUpload(Files.createTempFile(unfinished, "", ""), bytesMax, this::keep);
    }

    @Override
    public Optional<Blob> open(Digest digest) throws IOException {
        try {
            return Optional.of(new DiskBlob(FileChannel.open(file(digest), StandardOpenOption.READ)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /// Gives a written and forced file its name.
    private void keep(Path written, Digest digest) throws IOException {
        Path file = file(digest);
        Path folder = directory.resolve(digest.hex().substring(0, FAN_OUT_CHARS));
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, PRIVATE);
            force(directory);
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        force(folder);
    }

    private Path file(Digest digest) {
        return directory.resolve(digest.hex().substring(0, FAN_OUT_CHARS)).resolve(digest.hex());
    }

    private static void force(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }

    private record DiskBlob(FileChannel channel) implements Blob {
        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public InputStream stream(long offset) throws IOException {
            channel.position(offset);
            return Channels.newInputStream(channel);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
