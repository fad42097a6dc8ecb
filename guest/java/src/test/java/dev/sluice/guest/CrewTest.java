package dev.sluice.guest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.guest.Frame.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// What a guest that runs share takes of the platform.
final class CrewTest {
    private static final Entry WAITS = new Entry() {
        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public String convention() {
            return "dispatch";
        }

        @Override
        public Optional<byte[]> call(byte[] contextJson, byte[] payloadJson, Chunks chunks)
                throws InterruptedException {
            never.await();
            return Optional.empty();
        }
    };

    @Test
    void asManyRunsAsWereSaid_areTaken() {
        assertThatThrownBy(() -> serve(2, run(1), run(2))).isInstanceOf(EOFException.class);
    }

    @Test
    void oneRunMore_isAViolation() {
        assertThatThrownBy(() -> serve(2, run(1), run(2), run(3))).isInstanceOf(Violation.class);
    }

    @Test
    void aRunThatIsUnderWay_doesNotBeginAgain() {
        assertThatThrownBy(() -> serve(2, run(1), run(1))).isInstanceOf(Violation.class);
    }

    @Test
    void whatIsNoRun_isAViolation() {
        assertThatThrownBy(() -> serve(2, new Frame(Kind.REPLY, 1, List.of("OK"))))
                .isInstanceOf(Violation.class);
    }

    private static void serve(int runsMax, Frame... frames) throws IOException {
        var in = new ByteArrayOutputStream();
        for (Frame frame : frames) {
            in.write(frame.encoded());
        }
        var out = new ByteArrayOutputStream();
        var channel = new Channel(new ByteArrayInputStream(in.toByteArray()), out);
        new Crew(channel, WAITS, runsMax).serve();
    }

    private static Frame run(int id) {
        return new Frame(Kind.RUN, id, List.of(new byte[] {'1'}, new byte[] {'{', '}'}));
    }
}
