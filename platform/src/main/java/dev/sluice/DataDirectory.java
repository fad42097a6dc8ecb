package dev.sluice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Everything that the server keeps, its keys and its native library among it.
final class DataDirectory {
    private static final Path SELF = Path.of("/proc/self");

    private DataDirectory() {}

    /// Makes it for its owner alone, if it is missing.
    ///
    /// @throws IOException if it is there and somebody else could exchange what is in it
    static void make(Path data) throws IOException {
        Files.createDirectories(
                data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Set<PosixFilePermission> open = Files.getPosixFilePermissions(data);
        boolean isOurs = Files.getAttribute(data, "unix:uid").equals(Files.getAttribute(SELF, "unix:uid"));
        if (!isOurs
                || open.contains(PosixFilePermission.GROUP_WRITE)
                || open.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("other users of this machine can change what is in " + data
                    + ": choose a directory of your own, which only you can write (chmod go-w)");
        }
    }
}
