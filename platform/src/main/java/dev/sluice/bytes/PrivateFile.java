package dev.sluice.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Writes small files that only their owner may read, such as keys and configurations that name them.
public final class PrivateFile {
    private PrivateFile() {}

    /// Replaces `file` by one with this content and mode 0600, at once and durably: a reader, or a machine that loses
    /// power, sees the old content or the new. The directory must exist.
    public static void write(Path file, byte[] content) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("a root directory is no file");
        }
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path fresh = Files.createTempFile(directory, "." + file.getFileName(), ".new", ownerOnly);
        try {
            try (var channel = FileChannel.open(fresh, Set.of(StandardOpenOption.WRITE))) {
                for (var left = ByteBuffer.wrap(content); left.hasRemaining(); ) {
                    channel.write(left);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        try (var channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }
}
