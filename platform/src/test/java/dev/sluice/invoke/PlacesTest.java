package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fs.ObjectId;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PlacesTest {
    private static final ObjectId GATE = ObjectId.parse("01".repeat(20)).orElseThrow();
    private static final ObjectId OTHER = ObjectId.parse("02".repeat(20)).orElseThrow();
    private static final Duration SOON = Duration.ofMillis(20);

    private final Places places = new Places();

    @Test
    void whoFindsNoPlace_waitsUntilHisTimeIsOver() throws Exception {
        Places.Place first = places.take(GATE, 2, SOON);
        Places.Place second = places.take(GATE, 2, SOON);
        assertThat(refusalOf(GATE, 2)).isEqualTo(Refusal.DEADLINE_EXCEEDED);
        places.take(OTHER, 1, SOON).close();
        second.close();
        places.take(GATE, 2, SOON).close();
        first.close();
    }

    @Test
    void whoWaits_goesOn_whenAPlaceIsFree() throws Exception {
        Places.Place first = places.take(GATE, 1, SOON);
        Thread giving = Thread.ofVirtual().start(first::close);
        places.take(GATE, 1, Duration.ofSeconds(30)).close();
        giving.join();
    }

    @Test
    void withoutABound_nobodyWaits() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(places.take(GATE, 0, Duration.ZERO)).isNotNull();
        }
    }

    private Refusal refusalOf(ObjectId gate, int most) throws InterruptedException {
        try (Places.Place place = places.take(gate, most, SOON)) {
            throw new AssertionError("there was " + place);
        } catch (Refused refused) {
            return refused.refusal();
        }
    }
}
