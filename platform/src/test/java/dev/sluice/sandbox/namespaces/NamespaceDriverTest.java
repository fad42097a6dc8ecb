package dev.sluice.sandbox.namespaces;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Sandbox;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NamespaceDriverTest {
    @TempDir
    Path directory;

    @Test
    void aGuest_speaksOnItsChannel_andIsGoneAfterClose() throws Exception {
        Path files = Files.createDirectory(directory.resolve("files"));
        var options = NamespaceOptions.of(directory.resolve("sandbox"), Map.of(NamespaceOptions.PYTHON3, files));
        String script = "import os; os.write(3, b'hi'); os.read(3, 1)";
        var spec = new GuestSpec(
                NamespaceOptions.PYTHON3,
                List.of("/usr/bin/python3", "-I", "-S", "-c", script),
                64,
                32,
                8,
                100,
                Duration.ofSeconds(20));
        try (var driver = NamespaceDriver.open(options)) {
            Sandbox guest = driver.start(spec);
            var answer = ByteBuffer.allocate(2);
            assertThat(guest.channel().read(answer)).isEqualTo(2);
            guest.close();
            assertThat(guest.death()).contains(new Death.Killed(9));
        }
    }
}
