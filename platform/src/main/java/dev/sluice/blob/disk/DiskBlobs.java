package dev.sluice.blob.disk;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
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
import java.util.UUID;

/// One file for each blob, `ab/cd/abcd...` by its digest, below a directory that one process has to itself.
///
/// A blob is written to `incoming`, synced, renamed to its name, and the directories on the way are synced: a file that
/// bears a digest is whole. What a crash leaves in `incoming` is removed by the next start.
public final class DiskBlobs implements Blobs {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final Path incoming;

    /// @throws IOException if `directory` cannot be made or written
    public DiskBlobs(Path directory) throws IOException {
        this.directory = directory;
        this.incoming = Files.createDirectories(directory.resolve("incoming"), OWNER_ONLY);
        try (var leftOver = Files.newDirectoryStream(incoming)) {
            for (Path file : leftOver) {
                Files.delete(file);
            }
        }
    }

    @Override
    public Upload begin(long bytesMax) throws IOException {
        return new DiskUpload(incoming.resolve(UUID.randomUUID().toString()), bytesMax, this::publish);
    }

    @Override
    public Optional<Blob> open(Digest digest) throws IOException {
        try {
            return Optional.of(
                    new DiskBlob(FileChannel.open(inner(digest).resolve(digest.hex()), StandardOpenOption.READ)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /// Gives a written and synced file its name, unless there is one: the file then stays where it is.
    ///
    /// Syncs all directories even so: another put may have made them or the file, and not yet synced.
    private void publish(Path written, Digest digest) throws IOException {
        Path outer = outer(digest);
        Path inner = inner(digest);
        Path file = inner.resolve(digest.hex());
        if (!Files.exists(file)) {
            Files.createDirectories(inner, OWNER_ONLY);
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        }
        sync(inner);
        sync(outer);
        sync(directory);
    }

    private static void sync(Path directory) throws IOException {
        try (var entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private Path outer(Digest digest) {
        return directory.resolve(digest.hex().substring(0, 2));
    }

    private Path inner(Digest digest) {
        return outer(digest).resolve(digest.hex().substring(2, 4));
    }
}
