package dev.sluice.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class BuildLogTest {
    private final BuildLog log = new BuildLog();

    private void print(String text) {
        log.stdout(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aFlood_isCut_withOneNote() {
        String line = "x".repeat(1023) + "\n";
        for (int i = 0; i < 2 * BuildLog.BYTES_MAX / line.length(); i++) {
            print(line);
        }
        log.say("sluice: more");
        assertThat(log.text())
                .hasSizeBetween(BuildLog.BYTES_MAX, BuildLog.BYTES_MAX + 64)
                .endsWith("x\n\n[the rest is not kept]\n");
    }

    /// A terminal does what some of them say.
    @Test
    void whatIsNoText_isLeftOut() {
        print("a\u001b[31mb\u0007\tc\r\nd\0");
        assertThat(log.text()).isEqualTo("a[31mb\tc\nd");
    }
}
