package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PlacesTest {
    private static final String FUNCTION = "one";
    private static final String OTHER = "other";
    private static final Duration SOON = Duration.ofMillis(20);

    private final Places places = new Places();

    @Test
    void whoFindsNoPlace_waitsUntilHisTimeIsOver() throws Exception {
        Places.Place first = places.take(FUNCTION, 2, SOON);
        Places.Place second = places.take(FUNCTION, 2, SOON);
        assertThat(refusalOf(FUNCTION, 2)).isEqualTo(Refusal.DEADLINE_EXCEEDED);
        places.take(OTHER, 1, SOON).close();
        second.close();
        places.take(FUNCTION, 2, SOON).close();
        first.close();
    }

    @Test
    void whoWaits_goesOn_whenAPlaceIsFree() throws Exception {
        Places.Place first = places.take(FUNCTION, 1, SOON);
        Thread giving = Thread.ofVirtual().start(first::close);
        places.take(FUNCTION, 1, Duration.ofSeconds(30)).close();
        giving.join();
    }

    @Test
    void whoWaitsForAnotherBound_goesOnToo() throws Exception {
        Places.Place first = places.take(FUNCTION, 2, SOON);
        Places.Place second = places.take(FUNCTION, 2, SOON);
        Thread narrow = Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> places.take(FUNCTION, 1, SOON.multipliedBy(50)))
                        .isInstanceOf(Exception.class));
        Thread.sleep(Duration.ofMillis(20)); // so that the narrow one waits in front
        Thread giving = Thread.ofVirtual().start(() -> {
            await().pollDelay(Duration.ofMillis(50)).until(() -> true);
            first.close();
        });
        places.take(FUNCTION, 2, Duration.ofMillis(700)).close();
        giving.join();
        second.close();
        narrow.interrupt();
        narrow.join();
    }

    @Test
    void withoutABound_nobodyWaits() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(places.take(FUNCTION, 0, Duration.ZERO)).isNotNull();
        }
    }

    private Refusal refusalOf(String function, int most) throws InterruptedException {
        try (Places.Place place = places.take(function, most, SOON)) {
            throw new AssertionError("there was " + place);
        } catch (Refused refused) {
            return refused.refusal();
        }
    }
}
