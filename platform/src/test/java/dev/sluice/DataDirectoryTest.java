package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataDirectoryTest {
    @TempDir
    Path directory;

    @Test
    void aMissingOne_isMadeForItsOwnerAlone() throws IOException {
        Path data = directory.resolve("a").resolve("b");
        DataDirectory.make(data);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
        DataDirectory.make(data);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
    void oneThatOthersCanWrite_isRefused(String mode) throws IOException {
        Path data = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(() -> DataDirectory.make(data))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other users");
    }
}
