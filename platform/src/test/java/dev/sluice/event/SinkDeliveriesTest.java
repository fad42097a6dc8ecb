package dev.sluice.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.event.Courier.Outcome;
import dev.sluice.store.MemoryStore;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Deliveries to somebody outside, who may be slow, away or gone.
@Timeout(60)
final class SinkDeliveriesTest {
    private static final Sink SINK = new Sink("", "https://example.com/", "", "", Sink.Auth.NONE, Sink.Mode.STRUCTURED);

    private final MemoryStore store = new MemoryStore();
    private final List<Long> tries = Collections.synchronizedList(new ArrayList<>());
    private final long since = Clock.systemUTC().millis();
    private volatile Duration ahead = Duration.ZERO;
    private volatile Supplier<Outcome> answer = Outcome.Delivered::new;
    private final InstantSource clock = () -> Clock.systemUTC().instant().plus(ahead);
    private final Courier courier = new Courier() {
        @Override
        public Outcome deliver(String organization, Subscription subscription, Event event, String delivery) {
            tries.add(System.nanoTime());
            return answer.get();
        }

        @Override
        public void awaitEnd(UUID run) {
            throw new IllegalStateException("there is no run");
        }
    };
    private final Deliveries deliveries = new Deliveries(
            store,
            new EventLog(store, clock),
            clock,
            courier,
            _ -> List.of(subscription("s", Optional.of(SINK)), subscription("f", Optional.empty())),
            Duration.ofMillis(2));

    @AfterEach
    void close() {
        deliveries.close();
    }

    @Test
    void whatHasArrived_isDone() {
        deliveries.emit("acme", event("s", "1"));
        deliveries.emit("acme", event("s", "2"));
        await().until(() -> tries.size() == 2);
        assertThat(undelivered()).isEmpty();
    }

    @Test
    void whoAsksToBeLeftAlone_isLeftAlone() {
        answer = () -> tries.size() == 1 ? new Outcome.Later(Duration.ofMillis(700), "later") : new Outcome.Delivered();
        deliveries.emit("acme", event("s", "1"));
        await().until(() -> tries.size() == 2);
        assertThat(tries.get(1) - tries.get(0))
                .isGreaterThanOrEqualTo(Duration.ofMillis(700).toNanos());
    }

    /// It is tried more often than what fails, and not for ever.
    @Test
    void whoIsAwayForADay_missesIt_andItIsKept() {
        answer = () -> new Outcome.Later(Duration.ZERO, "away");
        deliveries.emit("acme", event("s", "1"));
        await().until(() -> tries.size() > Flight.TRIES_MAX);
        assertThat(undelivered()).isEmpty();
        ahead = Flight.PATIENCE.plusSeconds(1);
        await().until(() -> undelivered().size() == 1);
        assertThat(undelivered().getFirst().reason()).isEqualTo("away");
    }

    /// Servers outside that answer nobody keep no function waiting.
    @Test
    void sinksHaveTurnsOfTheirOwn() {
        var hanging = new CountDownLatch(1);
        answer = () -> {
            try {
                hanging.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            return new Outcome.Delivered();
        };
        for (int i = 0; i < 2 * Deliveries.TURNS; i++) {
            deliveries.emit("acme", event("s", "s" + i));
        }
        await().until(() -> tries.size() == Deliveries.TURNS);
        answer = Outcome.Delivered::new;
        deliveries.emit("acme", event("f", "f"));
        await().until(() -> tries.size() == Deliveries.TURNS + 1);
        hanging.countDown();
    }

    private List<Undelivered> undelivered() {
        return deliveries.undelivered("acme", "id of s", 0, 10);
    }

    private Subscription subscription(String type, Optional<Sink> sink) {
        return new Subscription("id of " + type, type, "f", sink, List.of(), new Filter.Type(type), since, false);
    }

    private static Event event(String type, String id) {
        return SampleEvents.of(type, "s", id, "");
    }
}
