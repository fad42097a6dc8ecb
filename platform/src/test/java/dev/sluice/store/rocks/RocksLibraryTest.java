package dev.sluice.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksLibraryTest {
    @TempDir
    Path directory;

    @Test
    void theLibrary_isUnpackedOnce_andPrivately() throws Exception {
        Path home = RocksLibrary.unpack(directory);
        Path library = home.resolve(RocksLibrary.UNPACKED_NAME);
        Object first = Files.getAttribute(library, "unix:ino");
        assertThat(RocksLibrary.unpack(directory)).isEqualTo(home);
        assertThat(Files.getAttribute(library, "unix:ino")).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
        assertThat(home).isDirectoryContaining(file -> file.equals(library));
    }

    @Test
    void aDamagedOrTornLibrary_isReplaced() throws Exception {
        Path library = RocksLibrary.unpack(directory).resolve(RocksLibrary.UNPACKED_NAME);
        byte[] intact = Files.readAllBytes(library);
        try (var file = new RandomAccessFile(library.toFile(), "rw")) {
            file.seek(intact.length / 2);
            file.write(~intact[intact.length / 2]);
        }
        RocksLibrary.unpack(directory);
        assertThat(Files.mismatch(library, Files.write(directory.resolve("expected"), intact)))
                .isEqualTo(-1);
        try (var file = new RandomAccessFile(library.toFile(), "rw")) {
            file.setLength(1);
        }
        RocksLibrary.unpack(directory);
        assertThat(library).hasSize(intact.length);
    }
}
