package dev.sluice.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.event.Courier.Outcome;
import dev.sluice.store.MemoryStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Replays with an end.
@Timeout(60)
final class ReplayTest {
    private final MemoryStore store = new MemoryStore();
    private final List<Deliveries> started = new ArrayList<>();
    private final Notes notes = new Notes();
    private final long before = Clock.systemUTC().millis();
    private final Subscription s =
            new Subscription("id", "s", "f", Optional.empty(), List.of(), new Filter.Type("t"), before, false);

    @AfterEach
    void close() {
        started.forEach(Deliveries::close);
    }

    /// What came later is not delivered again, and neither is anything lost that had not been delivered.
    @Test
    void aReplayUpToATime_deliversWhatCameBefore_once_andGoesOnAfterwards() {
        Deliveries first = start();
        first.emit("acme", event("t", "1", ""));
        first.emit("acme", event("t", "2", ""));
        awaitDelivered("acme s 1", "acme s 2");
        Instant end = nextMilli();
        first.emit("acme", event("t", "3", ""));
        awaitDelivered("acme s 1", "acme s 2", "acme s 3");
        notes.answer = _ -> new Outcome.Busy();
        first.emit("acme", event("t", "4", ""));
        assertThat(replay(first, Optional.of(end))).isTrue();
        first.emit("acme", event("t", "5", ""));
        assertThat(replay(first, Optional.of(end))).as("not at its end yet").isFalse();
        first.close();
        notes.answer = _ -> new Outcome.Accepted(UUID.randomUUID());
        Deliveries next = start();
        String[] all = {"acme s 1", "acme s 2", "acme s 3", "acme s 1", "acme s 2", "acme s 4", "acme s 5"};
        awaitDelivered(all);
        await().until(() -> replay(next, Optional.of(end)));
        next.emit("acme", event("t", "6", ""));
        awaitDelivered(all, "acme s 1", "acme s 2", "acme s 6");
        await().until(() -> replay(next, Optional.of(Instant.now().plusSeconds(60))));
        awaitDelivered(
                all,
                "acme s 1",
                "acme s 2",
                "acme s 6",
                "acme s 1",
                "acme s 2",
                "acme s 3",
                "acme s 4",
                "acme s 5",
                "acme s 6");
    }

    /// An event that was under way keeps its name, and so its run.
    @Test
    void aReplayUpToATime_runsNothingTwice_thatIsNotInIt() {
        Deliveries deliveries = start();
        deliveries.emit("acme", event("t", "1", ""));
        awaitDelivered("acme s 1");
        Instant end = nextMilli();
        deliveries.emit("acme", event("t", "k1", "k"));
        awaitDelivered("acme s 1", "acme s k1"); // and its run goes on
        assertThat(replay(deliveries, Optional.of(end))).isTrue();
        awaitDelivered("acme s 1", "acme s k1", "acme s 1");
        notes.end("k1");
        deliveries.emit("acme", event("t", "k2", "k"));
        awaitDelivered("acme s 1", "acme s k1", "acme s 1", "acme s k2");
    }

    @Test
    void aReplayOfAll_takesThePlaceOfOneUpToATime() {
        Deliveries deliveries = start();
        deliveries.emit("acme", event("t", "1", ""));
        awaitDelivered("acme s 1");
        Instant end = nextMilli();
        deliveries.emit("acme", event("t", "2", ""));
        awaitDelivered("acme s 1", "acme s 2");
        notes.answer = _ -> new Outcome.Busy();
        assertThat(replay(deliveries, Optional.of(end))).isTrue();
        notes.answer = _ -> new Outcome.Accepted(UUID.randomUUID());
        assertThat(replay(deliveries, Optional.empty())).isTrue();
        await().untilAsserted(
                        () -> { // 1 once more if it was under way; in any order, for want of a key
                            assertThat(notes.delivered).hasSizeBetween(4, 5);
                            assertThat(notes.delivered.stream().filter("acme s 2"::equals))
                                    .hasSize(2);
                        });
    }

    /// Where nothing is kept there is nothing to wait for.
    @Test
    void aReplayUpToATime_isAtItsEnd_alsoWhereNoEventIsLeftToReach() {
        Deliveries deliveries = start();
        Instant hourAgo = Instant.ofEpochMilli(before).minusSeconds(3600);
        assertThat(deliveries.replay("acme", "id", hourAgo, Optional.empty())).isTrue();
        for (int i = 2; i < 4; i++) {
            Instant from = Instant.ofEpochMilli(before).minusSeconds(3600L * i);
            await().until(() -> deliveries.replay("acme", "id", from, Optional.of(hourAgo)));
        }
        deliveries.emit("acme", event("t", "1", ""));
        awaitDelivered("acme s 1");
    }

    private boolean replay(Deliveries deliveries, Optional<Instant> end) {
        return deliveries.replay("acme", "id", Instant.ofEpochMilli(before), end);
    }

    private static Instant nextMilli() {
        long now = Clock.systemUTC().millis();
        await().until(() -> Clock.systemUTC().millis() > now);
        return Instant.ofEpochMilli(now + 1);
    }

    private void awaitDelivered(String[] some, String... more) {
        awaitDelivered(Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new));
    }

    private void awaitDelivered(String... all) {
        await().untilAsserted(() -> assertThat(notes.delivered).containsExactlyInAnyOrder(all));
    }

    private Deliveries start() {
        var log = new EventLog(store, Clock.systemUTC());
        var deliveries = new Deliveries(store, log, Clock.systemUTC(), notes, _ -> List.of(s), Duration.ofMillis(2));
        started.add(deliveries);
        deliveries.changed("acme");
        return deliveries;
    }

    private static Event event(String type, String id, String key) {
        return SampleEvents.of(type, "s", id, key);
    }
}
