package dev.sluice.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Small files that only their owner may read, such as keys and configurations that name them.
public final class PrivateFile {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private PrivateFile() {}

    /// Whether nobody but its owner has rights to it.
    public static boolean isPrivate(Path file) throws IOException {
        return OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file));
    }

    /// Which version of the file this is, as far as can be seen without reading it; empty if there is none.
    public static String stamp(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        var seen = Files.readAttributes(file, BasicFileAttributes.class);
        return seen.fileKey() + " " + seen.size() + " " + seen.lastModifiedTime();
    }

    /// Waits for this process's turn to replace a file that several processes do: until what is returned is closed.
    public static FileChannel turn(Path file) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var ownerOnly = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
        FileChannel channel = FileChannel.open(file.resolveSibling(file.getFileName() + ".lock"), options, ownerOnly);
        boolean isMine = false;
        try {
            isMine = channel.lock().isValid();
            return channel;
        } finally {
            if (!isMine) {
                channel.close();
            }
        }
    }

    /// Replaces `file` by one with this content and mode 0600, at once and durably: a reader, or a machine that loses
    /// power, sees the old content or the new. The directory must exist.
    public static void write(Path file, byte[] content) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("a root directory is no file");
        }
        var ownerOnly = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
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
