package dev.sluice.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cli.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Archives are read back by the system's own `tar`.
final class SourceArchiveTest {
    @TempDir
    Path directory;

    private Path file(String name, String content) throws IOException {
        Path file = directory.resolve("src").resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private List<String> tar(byte[] archive, String... arguments) throws IOException, InterruptedException {
        Path packed = Files.write(directory.resolve("source.tar.gz"), archive);
        var command = new ArrayList<>(List.of("tar", "--quoting-style=literal", "-f", packed.toString()));
        command.addAll(List.of(arguments));
        Process tar = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tar.waitFor()).as(output).isZero();
        return output.lines().toList();
    }

    private Path extracted(byte[] archive) throws IOException, InterruptedException {
        Path target = Files.createDirectory(directory.resolve("out"));
        assertThat(tar(archive, "-xz", "-C", target.toString())).isEmpty();
        return target;
    }

    @Test
    void aFile_isPackedUnderItsOwnName() throws IOException, InterruptedException {
        byte[] archive = SourceArchive.of(file("hello.py", "x = 1\n"));

        assertThat(tar(archive, "-tz")).containsExactly("./hello.py");
        assertThat(extracted(archive).resolve("hello.py")).hasContent("x = 1\n");
    }

    @Test
    void aDirectory_isPackedWithAllBelowIt_inOrder() throws IOException, InterruptedException {
        file("b.py", "b".repeat(512));
        file("a/deep/c.py", "c".repeat(513));
        file("a/empty.txt", "");

        byte[] archive = SourceArchive.of(directory.resolve("src"));

        assertThat(tar(archive, "-tz")).containsExactly("./a", "./a/deep", "./a/deep/c.py", "./a/empty.txt", "./b.py");
        Path out = extracted(archive);
        assertThat(out.resolve("a/deep/c.py")).hasContent("c".repeat(513));
        assertThat(out.resolve("a/empty.txt")).isEmptyFile();
        assertThat(out.resolve("b.py")).hasContent("b".repeat(512));
    }

    @Test
    void namesThatAHeaderCannotHold_survive() throws IOException, InterruptedException {
        String nested = ("d".repeat(60) + "/").repeat(5) + "f".repeat(120) + ".py";
        file(nested, "long");
        file("grüße/函数.py", "other letters");

        Path out = extracted(SourceArchive.of(directory.resolve("src")));

        assertThat(out.resolve(nested)).hasContent("long");
        assertThat(out.resolve("grüße/函数.py")).hasContent("other letters");
    }

    @Test
    void anArchive_endsAsOneMust_andIsWholeBlocks() throws IOException {
        byte[] packed = SourceArchive.of(file("hello.py", "x"));
        byte[] tar = new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes();

        assertThat(tar).hasSize(512 + 512 + 1024);
        assertThat(new String(tar, 0, 10, StandardCharsets.US_ASCII)).isEqualTo("./hello.py");
        assertThat(new String(tar, 257, 8, StandardCharsets.US_ASCII)).isEqualTo("ustar\u000000");
        assertThat(tar[156]).isEqualTo((byte) '0');
        assertThat(new String(tar, 124, 11, StandardCharsets.US_ASCII)).isEqualTo("00000000001");
    }

    @Test
    void theSameSource_makesTheSameArchive() throws IOException {
        Path file = file("hello.py", "x");
        byte[] first = SourceArchive.of(file);
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));

        assertThat(SourceArchive.of(file)).isEqualTo(first);
    }

    @Test
    void anExecutable_staysOne() throws IOException, InterruptedException {
        Path file = file("run.sh", "#!/bin/sh\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();

        assertThat(extracted(SourceArchive.of(file)).resolve("run.sh")).isExecutable();
    }

    @Test
    void aLink_isRefused() throws IOException {
        file("hello.py", "x");
        Path link = Files.createSymbolicLink(directory.resolve("src/link"), Path.of("/etc/passwd"));

        assertThatThrownBy(() -> SourceArchive.of(directory.resolve("src")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("symbolic link: " + link);
        assertThatThrownBy(() -> SourceArchive.of(link)).isInstanceOf(Failure.class);
    }

    @Test
    void aSourceThatIsTooLarge_isRefused() throws IOException {
        Path file = file("big", "");
        try (var big = new RandomAccessFile(file.toFile(), "rw")) {
            big.setLength(SourceArchive.SOURCE_BYTES_MAX + 1);
        }

        assertThatThrownBy(() -> SourceArchive.of(file))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("larger than 64 MiB");
    }

    @Test
    void aSourceThatIsTooDeep_isRefused() throws IOException {
        file("d/".repeat(SourceArchive.DEPTH_MAX + 2) + "f", "");

        assertThatThrownBy(() -> SourceArchive.of(directory.resolve("src")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("nested deeper");
    }

    @Test
    void whatDoesNotExist_isRefused() {
        assertThatThrownBy(() -> SourceArchive.of(directory.resolve("no")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("does not exist");
    }
}
