package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BucketsTest {
    private final Buckets buckets = new Buckets(Buckets.FIRST);

    @ParameterizedTest
    @CsvSource({"0,50", "1,50", "49,50", "50,50", "51,100", "100,100", "101,200", "3000,3200", "900000,1638400"})
    void anEdge_isTheFirstThatIsNotPast(long elapsedMillis, long edgeMillis) {
        assertThat(buckets.edgeNanos(Duration.ofMillis(elapsedMillis).toNanos()))
                .isEqualTo(Duration.ofMillis(edgeMillis).toNanos());
    }

    @Test
    void waiting_endsAtAnEdge() throws InterruptedException {
        long arrival = System.nanoTime();
        buckets.awaitEdge(arrival);
        assertThat(System.nanoTime() - arrival).isGreaterThanOrEqualTo(Buckets.FIRST.toNanos());
    }
}
