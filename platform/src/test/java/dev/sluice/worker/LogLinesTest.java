package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What is kept of what a run prints.
final class LogLinesTest {
    private final AtomicInteger floods = new AtomicInteger();
    private final LogLines logs = new LogLines(floods::incrementAndGet, Masks.NONE);

    @Test
    void eachStream_isKeptInLines() {
        logs.stdout(bytes("one\ntw"));
        logs.stderr(bytes("problem"));
        logs.stdout(bytes("o\n"));
        assertThat(logs.stdoutLines()).containsExactly("one", "two");
        assertThat(logs.stderrLines()).containsExactly("problem");
    }

    @Test
    void whatIsBeyondTheLimit_isNotKept_andSaidToBeMissing() {
        ByteBuffer first = bytes("x".repeat(LogLines.STREAM_BYTES_MAX - 1));
        logs.stdout(first);
        assertThat(first.hasRemaining()).isFalse();
        logs.stdout(bytes("yz"));
        logs.stdout(bytes("and more"));
        assertThat(logs.stdoutLines())
                .containsExactly(
                        "x".repeat(LogLines.STREAM_BYTES_MAX - 1) + "y",
                        "[the rest was not kept: a run keeps 262144 bytes of each stream]");

        logs.stderr(bytes("e".repeat(LogLines.STREAM_BYTES_MAX)));
        assertThat(logs.stderrLines()).hasSize(1);
    }

    @Test
    void aFlood_isToldOnce_andKeepsNoMore() {
        byte[] piece = new byte[1 << 20];
        for (long printed = 0; printed < LogLines.PRINTED_BYTES_MAX; printed += 2L * piece.length) {
            logs.stdout(ByteBuffer.wrap(piece));
            logs.stderr(ByteBuffer.wrap(piece));
        }
        assertThat(floods).hasValue(0);
        logs.stderr(bytes("!"));
        logs.stderr(bytes("!"));
        assertThat(floods).hasValue(1);
        assertThat(logs.stdoutLines().getFirst()).hasSize(LogLines.STREAM_BYTES_MAX);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
