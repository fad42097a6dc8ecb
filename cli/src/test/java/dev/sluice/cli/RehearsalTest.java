package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
    private static List<Path> leftovers() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("sluice-rehearsal"))
                    .toList();
        }
    }

    @Test
    void aRehearsal_leavesNothingBehind() throws IOException, GeneralSecurityException {
        List<Path> before = leftovers();

        Rehearsal.main(new String[0]);

        assertThat(leftovers()).isEqualTo(before);
    }
}
