package dev.sluice.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.MemoryStore;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UndeliveredEventsTest {
    private final MemoryStore store = new MemoryStore();
    private final UndeliveredEvents letters = new UndeliveredEvents(store);

    private void put(long place, int bytes) {
        Event small = SampleEvents.of("t", "s", Long.toString(place), "");
        var event = new Event(
                small.label(), small.attributes(), small.context(), Bytes.utf8("\"" + "x".repeat(bytes) + "\""));
        letters.put("acme", "s", new Undelivered(place, 0, "why", event));
    }

    private List<Long> places() {
        return letters.list("acme", "s", 0, UndeliveredEvents.EVENTS_MAX).stream()
                .map(Undelivered::place)
                .toList();
    }

    @Test
    void thereAreAThousand_theNewest() {
        for (int i = 1; i <= UndeliveredEvents.EVENTS_MAX + 3; i++) {
            put(i, 1);
        }
        assertThat(places()).hasSize(UndeliveredEvents.EVENTS_MAX).first().isEqualTo(4L);
        assertThat(letters.find("acme", "s", 3)).isEmpty();
    }

    /// Also where few of them are larger than what is looked through at once.
    @Test
    void largeOnes_takeThePlaceOfOthers_byTheirBytes() {
        for (int i = 1; i <= 60; i++) {
            put(i, 1 << 20);
        }
        long kept = 0;
        for (int i = 1; i <= 60; i++) {
            kept += letters.find("acme", "s", i).isPresent() ? 1 : 0;
        }
        assertThat(kept).isBetween(10L, 20L);
        assertThat(letters.find("acme", "s", 60)).isPresent();
    }

    @Test
    void thoseOfASubscriptionThatIsGone_goWithIt() {
        put(1, 1);
        put(2, 1);
        letters.put("acme", "other", new Undelivered(1, 0, "why", SampleEvents.of("t", "s", "1", "")));
        letters.removeAll("acme", "s");
        assertThat(places()).isEmpty();
        assertThat(letters.list("acme", "other", 0, 10)).hasSize(1);
    }
}
