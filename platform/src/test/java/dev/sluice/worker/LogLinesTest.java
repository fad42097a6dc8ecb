package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.label.Label;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What is kept of what a run prints.
final class LogLinesTest {
    private static final Label SECRET = Label.parse("acme/secret/s,T");

    private Label label = Label.PUBLIC;
    private final AtomicInteger floods = new AtomicInteger();
    private final LogLines logs = new LogLines(floods::incrementAndGet, Masks.NONE, () -> label);

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

    @Test
    void aFollower_getsWholeLines_withTheLabelOfTheirMoment() {
        logs.stdout(bytes("one\n\ntw"));
        LiveLog.Piece first = logs.stdoutFrom(0, false);
        assertThat(first.lines())
                .containsExactly(new LiveLog.Line("one", Label.PUBLIC), new LiveLog.Line("", Label.PUBLIC));
        assertThat(logs.stdoutFrom(first.next(), false).lines()).isEmpty();

        label = SECRET;
        logs.stdout(bytes("o\nthree"));
        LiveLog.Piece second = logs.stdoutFrom(first.next(), false);
        assertThat(second.lines()).containsExactly(new LiveLog.Line("two", SECRET));
        assertThat(logs.stdoutFrom(second.next(), true).lines()).containsExactly(new LiveLog.Line("three", SECRET));
        assertThat(logs.stderrFrom(0, true).lines()).isEmpty();
        assertThat(logs.readableBytes(Label.PUBLIC::equals)).isEqualTo("one\n\ntw".length());
        assertThat(logs.readableBytes(_ -> true)).isEqualTo("one\n\ntwo\nthree".length());
    }

    @Test
    void aFollower_getsWhatIsKept_andNoMore() {
        logs.stdout(bytes("a\n" + "x".repeat(LogLines.STREAM_BYTES_MAX)));
        LiveLog.Piece all = logs.stdoutFrom(0, false);
        assertThat(all.lines().stream().map(LiveLog.Line::text).toList()).isEqualTo(logs.stdoutLines());
        assertThat(logs.stdoutFrom(all.next(), true).lines()).isEmpty();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
