package dev.sluice.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LongSummaryStatistics;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How long a retry waits, and what a policy may say.
final class RetryTest {
    private static final int SAMPLES = 20_000;

    @ParameterizedTest
    @CsvSource({"1, 1000", "2, 2000", "3, 4000", "4, 5000", "9, 5000"})
    void theWait_isAnythingUpToABound_thatDoublesAndEnds(int made, long bound) {
        var retry = new Retry(10, 1_000, 5_000, false);
        var random = new Random(7);
        LongSummaryStatistics waits = LongStream.generate(() -> retry.delayMillis(made, random))
                .limit(SAMPLES)
                .summaryStatistics();
        assertThat(waits.getMin()).isBetween(0L, bound / 100);
        assertThat(waits.getMax()).isBetween(bound - bound / 100, bound);
        assertThat(waits.getAverage()).isBetween(bound * 0.48, bound * 0.52);
    }

    @Test
    void allWaits_areTheBoundsTogether() {
        assertThat(new Retry(5, 1_000, 5_000, false).waitsMillisMax()).isEqualTo(1_000 + 2_000 + 4_000 + 5_000);
        assertThat(new Retry(1, 1_000, 5_000, false).waitsMillisMax()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 1000, 1000", "11, 1000, 1000", "2, 99, 1000", "2, 1000, 999", "2, 1000, 3600001"})
    void aPolicyBeyondTheLimits_isNone(int attempts, long backoff, long maxBackoff) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Retry(attempts, backoff, maxBackoff, false));
    }
}
