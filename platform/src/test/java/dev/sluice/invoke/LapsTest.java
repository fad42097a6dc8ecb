package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.run.Times;
import dev.sluice.worker.RunEnd.Span;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LapsTest {
    private static final long ACCEPTED = 5_000_000_000L;

    @Test
    void whatOthersHaveAPartIn_isWholeMilliseconds_roundedUp() {
        Times times = Laps.of(ACCEPTED, ACCEPTED + 1_234_567, span(3_000_001, 3_250_001), ACCEPTED + 3_260_001);
        assertThat(times).isEqualTo(new Times(2_000, 2_000, 250, 10));
    }

    @Test
    void aRunThatWasGivenNothing_onlyWaitedAndStarted() {
        assertThat(Laps.of(ACCEPTED, ACCEPTED, Optional.empty(), ACCEPTED + 7_000_000))
                .isEqualTo(new Times(0, 7_000, 0, 0));
    }

    @Test
    void theWholeMillisecond_isItself() {
        assertThat(Laps.of(ACCEPTED, ACCEPTED + 1_000_000, span(2_000_000, 2_000_000), ACCEPTED + 2_000_000))
                .isEqualTo(new Times(1_000, 1_000, 0, 0));
    }

    private static Optional<Span> span(long began, long ended) {
        return Optional.of(new Span(ACCEPTED + began, ACCEPTED + ended));
    }
}
