package dev.sluice.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.guest.Failure.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a package may hold, whatever the platform lets through.
final class FunctionPackageTest {
    private static final String PLAIN = "public class Plain implements java.util.function.BiFunction<Object, Object,"
            + " Object> { public Object apply(Object context, Object payload) { return payload; } }";

    private final Path directory;
    private final FunctionPackage files;

    FunctionPackageTest(@TempDir Path directory) {
        this.directory = directory;
        this.files = new FunctionPackage(directory.resolve("package"), directory.resolve("classes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "a/../../out", "a/../b", "./b", "a//b", "/tmp/sluice-out", "", "a/", ".."})
    void aName_thatIsNotOneFileBelowTheDirectory_isRefused_andNothingIsWritten(String name) throws IOException {
        files.add(name, new byte[1]);
        assertThatThrownBy(() -> files.load("Plain", "auto"))
                .isInstanceOf(Refused.class)
                .hasMessage("the package has a file with a forbidden name");
        try (var written = Files.walk(directory)) {
            assertThat(written.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(Path.of("/tmp/sluice-out")).doesNotExist();
    }

    @Test
    void aProblem_isToldOnce_andNoLaterFileIsWritten() throws IOException {
        files.add("../out", new byte[1]);
        files.add("Plain.java", PLAIN.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> files.load("Plain", "auto")).isInstanceOf(Refused.class);
        assertThat(directory.resolve("package")).doesNotExist();
    }

    @Test
    void aFileInParts_isOneFile() throws IOException, Refused {
        int half = PLAIN.length() / 2;
        files.add("Plain.java", PLAIN.substring(0, half).getBytes(StandardCharsets.UTF_8));
        files.add("Plain.java", PLAIN.substring(half).getBytes(StandardCharsets.UTF_8));
        BiFunction<?, ?, ?> code = ((DispatchFunction) files.load("Plain", "auto")).code();
        assertThat(code.getClass().getName()).isEqualTo("Plain");
    }
}
