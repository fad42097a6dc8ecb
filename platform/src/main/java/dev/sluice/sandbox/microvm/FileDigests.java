package dev.sluice.sandbox.microvm;

import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A name for the files of a runtime.
final class FileDigests {
    private FileDigests() {}

    /// Of where they go, their names, sizes and times of change.
    ///
    /// @param mounts place in the guest → file or directory of the host
    static Digest of(Map<String, Path> mounts) throws IOException {
        MessageDigest sha = Digest.sha256();
        for (var mount : new TreeMap<>(mounts).entrySet()) {
            Path source = mount.getValue();
            try (var everything = Files.walk(source)) {
                List<Path> files = everything.sorted().toList();
                for (Path file : files) {
                    boolean isFile = Files.isRegularFile(file);
                    String fact = mount.getKey() + "/" + source.relativize(file)
                            + (isFile
                                    ? " " + Files.size(file) + " "
                                            + Files.getLastModifiedTime(file).toMillis()
                                    : "");
                    sha.update((fact + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return Digest.finish(sha);
    }
}
