package dev.sluice.store.rocks;

import dev.sluice.store.StoreFailed;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/// RocksDB's native library, unpacked once instead of at each start.
///
/// The unpacked file is named by the size and the checksum that the jar has for it, and is read through and compared
/// with them before it is loaded: another version or a damaged file is replaced. This detects accidents; that nobody
/// else may write there is the directory's mode, 0700.
final class RocksLibrary {
    private static final int COPY_BUFFER_BYTES = 64 << 10;
    private static final String PACKED_NAME = Environment.getJniLibraryFileName("rocksdb");

    /// RocksDB looks for another name in a directory than in its jar.
    static final String UNPACKED_NAME = Environment.getJniLibraryFileName("rocksdbjni");

    private RocksLibrary() {}

    static void load(Path directory) {
        try {
            RocksDB.loadLibrary(List.of(unpack(directory).toString()));
        } catch (IOException failed) {
            throw new StoreFailed("RocksDB's native library cannot be unpacked to " + directory, failed);
        }
    }

    /// The directory that holds the library.
    static Path unpack(Path directory) throws IOException {
        URL resource = RocksDB.class.getClassLoader().getResource(PACKED_NAME);
        if (resource == null || !(resource.openConnection() instanceof JarURLConnection connection)) {
            throw new StoreFailed("no jar of the class path has a RocksDB for this system: " + PACKED_NAME);
        }
        connection.setUseCaches(false);
        try (var jar = connection.getJarFile()) {
            JarEntry packed = connection.getJarEntry();
            Path home = directory.resolve("rocksdb-" + packed.getSize() + "-" + Long.toHexString(packed.getCrc()));
            Path library = home.resolve(UNPACKED_NAME);
            if (!isIntact(library, packed)) {
                createPrivately(home);
                try (InputStream content = jar.getInputStream(packed)) {
                    replace(library, content);
                }
            }
            return home.toAbsolutePath();
        }
    }

    private static boolean isIntact(Path library, JarEntry packed) throws IOException {
        if (!Files.isRegularFile(library) || Files.size(library) != packed.getSize()) {
            return false;
        }
        var checksum = new CRC32();
        try (var content = new CheckedInputStream(Files.newInputStream(library), checksum)) {
            byte[] buffer = new byte[COPY_BUFFER_BYTES];
            while (content.read(buffer) >= 0) {}
        }
        return checksum.getValue() == packed.getCrc();
    }

    static void createPrivately(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /// By rename, so that a process that starts at the same time sees the whole file or none.
    private static void replace(Path library, InputStream content) throws IOException {
        Path fresh = Files.createTempFile(library.getParent(), "unpacking", null);
        try {
            Files.copy(new BufferedInputStream(content, COPY_BUFFER_BYTES), fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
