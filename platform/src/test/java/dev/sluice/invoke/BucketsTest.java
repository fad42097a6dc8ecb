package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BucketsTest {
    private static final Run.View WITHHELD =
            new Run.View(EndingsTest.RUN, Optional.empty(), Optional.empty(), Optional.empty());
    private static final Run.Content FAILED = new Run.Content(
            Run.Status.ERROR,
            2,
            Label.PUBLIC,
            Label.PUBLIC,
            Bytes.EMPTY,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of());

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

    @Test
    void whatIsWithheld_orRefused_arrivesAtAnEdge() throws InterruptedException {
        long arrival = System.nanoTime();
        assertThat(buckets.timed(() -> WITHHELD)).isEqualTo(WITHHELD);
        assertThat(System.nanoTime() - arrival).isGreaterThanOrEqualTo(Buckets.FIRST.toNanos());
        long next = System.nanoTime();
        assertThatThrownBy(() -> buckets.timed(() -> {
                    throw Refused.notFound();
                }))
                .isInstanceOf(Refused.class);
        assertThat(System.nanoTime() - next).isGreaterThanOrEqualTo(Buckets.FIRST.toNanos());
    }

    @Test
    void whatMayBeKnown_isNotDelayed() throws InterruptedException {
        var late = new Buckets(Duration.ofSeconds(30));
        var answer = new Run.View(
                EndingsTest.RUN,
                Optional.empty(),
                Optional.of(Run.Status.READY),
                Optional.of(new Run.Output(200, Bytes.EMPTY, true)));
        var failure = new Run.View(EndingsTest.RUN, Optional.of(FAILED), Optional.empty(), Optional.empty());
        long arrival = System.nanoTime();
        for (Run.View known : List.of(answer, failure)) {
            assertThat(late.timed(() -> known)).isEqualTo(known);
        }
        assertThat(System.nanoTime() - arrival)
                .isLessThan(Duration.ofSeconds(15).toNanos());
    }
}
