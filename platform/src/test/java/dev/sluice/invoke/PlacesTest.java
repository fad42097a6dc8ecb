package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class PlacesTest {
    private static final String FUNCTION = "one";
    private static final String OTHER = "other";
    private static final Duration SOON = Duration.ofMillis(20);

    private final Places places = new Places();

    @Test
    void whoFindsNoPlace_waitsUntilHisTimeIsOver() throws Exception {
        Places.Place first = take(FUNCTION, 2, SOON);
        Places.Place second = take(FUNCTION, 2, SOON);
        assertThat(refusalOf(FUNCTION, 2)).isEqualTo(Refusal.DEADLINE_EXCEEDED);
        take(OTHER, 1, SOON).close();
        second.close();
        take(FUNCTION, 2, SOON).close();
        first.close();
    }

    @Test
    void whoWaits_goesOn_whenAPlaceIsFree() throws Exception {
        Places.Place first = take(FUNCTION, 1, SOON);
        Thread giving = Thread.ofVirtual().start(first::close);
        take(FUNCTION, 1, Duration.ofSeconds(30)).close();
        giving.join();
    }

    @Test
    void whoWaitsForAnotherBound_goesOnToo() throws Exception {
        Places.Place first = take(FUNCTION, 2, SOON);
        Places.Place second = take(FUNCTION, 2, SOON);
        Thread narrow = Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> take(FUNCTION, 1, SOON.multipliedBy(50)))
                        .isInstanceOf(Exception.class));
        Thread.sleep(Duration.ofMillis(20)); // so that the narrow one waits in front
        Thread giving = Thread.ofVirtual().start(() -> {
            await().pollDelay(Duration.ofMillis(50)).until(() -> true);
            first.close();
        });
        take(FUNCTION, 2, Duration.ofMillis(700)).close();
        giving.join();
        second.close();
        narrow.interrupt();
        narrow.join();
    }

    /// Whoever counts on his progress is to know.
    @Test
    void whoWaits_saysSo_andOnlyWhoDoes() throws Exception {
        var steps = new ArrayList<String>();
        Supplier<Runnable> pause = () -> {
            steps.add("pauses");
            return () -> steps.add("goes on");
        };
        try (Places.Place _ = places.take(FUNCTION, 1, SOON, pause)) {
            assertThat(steps).isEmpty();
            assertThatThrownBy(() -> places.take(FUNCTION, 1, SOON, pause)).isInstanceOf(Refused.class);
        }
        assertThat(steps).containsExactly("pauses", "goes on");
    }

    @Test
    void withoutABound_nobodyWaits() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(take(FUNCTION, 0, Duration.ZERO)).isNotNull();
        }
    }

    private Places.Place take(String function, int most, Duration patience) throws InterruptedException {
        return places.take(function, most, patience, () -> () -> {});
    }

    private Refusal refusalOf(String function, int most) throws InterruptedException {
        try (Places.Place place = take(function, most, SOON)) {
            throw new AssertionError("there was " + place);
        } catch (Refused refused) {
            return refused.refusal();
        }
    }
}
