package dev.sluice.sandbox.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.sluice.sandbox.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files as both versions of control groups have them, whichever this host has.
final class CgroupCountersTest {
    @TempDir
    Path directory;

    @Test
    void versionOne_hasNanoseconds() throws IOException {
        assertThat(counters("1234567\n", "4096\n", "8192\n").read()).isEqualTo(new Usage(1_234, 4096, 8192));
    }

    @Test
    void versionTwo_hasMicroseconds_amongOthers() throws IOException {
        assertThat(counters("usage_usec 77\nuser_usec 50\nsystem_usec 27\n", "4096\n", "8192\n")
                        .read())
                .isEqualTo(new Usage(77, 4096, 8192));
    }

    /// Before Linux 5.19.
    @Test
    void aKernelThatKeepsNoPeak_saysNone() throws IOException {
        var counters = counters("usage_usec 77\n", "4096\n", "8192\n");
        Files.delete(counters.memoryPeak());
        assertThat(counters.read()).isEqualTo(new Usage(77, 4096, 0));
    }

    @Test
    void aGroupThatIsGone_saysNothing() throws IOException {
        var counters = counters("1\n", "2\n", "3\n");
        Files.delete(counters.cpu());
        assertThatIOException().isThrownBy(counters::read);
    }

    /// Else what a guest used would be lost where who closes it is in a hurry.
    @Test
    void whoIsInterrupted_readsAllTheSame() throws IOException {
        var counters = counters("5000\n", "2\n", "3\n");
        Thread.currentThread().interrupt();
        try {
            assertThat(counters.read()).isEqualTo(new Usage(5, 2, 3));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private Cgroup.Counters counters(String cpu, String memory, String peak) throws IOException {
        return new Cgroup.Counters(
                Files.writeString(directory.resolve("cpu"), cpu),
                Files.writeString(directory.resolve("memory"), memory),
                Files.writeString(directory.resolve("peak"), peak));
    }
}
