package dev.sluice.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a monitor sends as a snapshot is a stranger's word until it is known to fit its machine.
final class TemplateTest {
    @Test
    void aSnapshot_isKeptWithItsHoles(@TempDir Path directory) throws Exception {
        Template template = Template.in(directory, "x", 1);
        template.keep(sent(1, new byte[] {7}, 4096, 2, new byte[] {8, 9}, -1));
        assertThat(template.exists()).isTrue();
        assertThat(Files.readAllBytes(template.state())).containsExactly(7);
        byte[] memory = Files.readAllBytes(template.memory());
        assertThat(memory).hasSize(1 << 20);
        assertThat(memory[4096]).isEqualTo((byte) 8);
        assertThat(memory[4097]).isEqualTo((byte) 9);
    }

    @Test
    void whatIsNoSnapshot_isRefused_andLeavesNothing(@TempDir Path directory) throws Exception {
        for (DataInputStream wrong : new DataInputStream[] {
            sent(),
            sent(0),
            sent(1L << 40),
            sent(1, new byte[] {7}),
            sent(1, new byte[] {7}, 4096, 2, new byte[] {8}),
            sent(1, new byte[] {7}, 1 << 20, 1, new byte[] {8}, -1),
            sent(1, new byte[] {7}, Long.MAX_VALUE, 1, new byte[] {8}, -1),
            sent(1, new byte[] {7}, -2, 1, new byte[] {8}, -1),
            sent(1, new byte[] {7}, 0, -1, -1)
        }) {
            assertThatThrownBy(() -> Template.in(directory, "x", 1).keep(wrong)).isInstanceOf(IOException.class);
            try (var left = Files.list(directory)) {
                assertThat(left).isEmpty();
            }
        }
    }

    private static DataInputStream sent(Object... parts) {
        var all = ByteBuffer.allocate(100);
        for (Object part : parts) {
            if (part instanceof byte[] bytes) {
                all.put(bytes);
            } else {
                all.putLong(((Number) part).longValue());
            }
        }
        return new DataInputStream(new ByteArrayInputStream(all.array(), 0, all.position()));
    }
}
