package dev.sluice.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A pump whose store refuses for a while.
@Timeout(60)
final class PumpTest {
    private final MemoryStore memory = new MemoryStore();
    private final AtomicInteger refused = new AtomicInteger();
    private final List<String> delivered = new CopyOnWriteArrayList<>();
    private volatile Set<String> refusing = Set.of();
    private volatile Courier.Outcome outcome = new Courier.Outcome.Accepted(UUID.randomUUID());

    private final class Notes implements Courier {
        @Override
        public Outcome deliver(String organization, Subscription subscription, Event event, String delivery) {
            if (outcome instanceof Outcome.Accepted) {
                delivered.add(event.id());
            }
            return outcome;
        }

        @Override
        public void awaitEnd(UUID run) {}
    }

    @Test
    void afterTheStoreRefusedToBeRead_itGoesOn_andInOrder() {
        try (Deliveries deliveries = deliveries()) {
            refusing = Set.of("scan", "get", "commitBehind");
            deliveries.emit("acme", SampleEvents.of("t", "s", "1", "k"));
            deliveries.emit("acme", SampleEvents.of("t", "s", "2", "k"));
            await().until(() -> refused.get() >= 3);
            assertThat(delivered).isEmpty();
            refusing = Set.of();
            await().untilAsserted(() -> assertThat(delivered).containsExactly("1", "2"));
        }
    }

    /// Else it would be under way for ever, and all after it be delivered again by the next server.
    @Test
    void anEvent_thatIsGivenUpWhileTheStoreRefuses_isGivenUpLater() {
        outcome = new Courier.Outcome.Busy(); // which is no failure, however often
        try (Deliveries deliveries = deliveries()) {
            deliveries.emit("acme", SampleEvents.of("t", "s", "1", ""));
            refusing = Set.of("commit");
            outcome = new Courier.Outcome.Failed("no function");
            await().until(() -> refused.get() >= 2);
            assertThat(deliveries.undelivered("acme", "id", 0, 10)).isEmpty();
            refusing = Set.of();
            await().untilAsserted(() ->
                    assertThat(deliveries.undelivered("acme", "id", 0, 10)).hasSize(1));
        }
    }

    private Deliveries deliveries() {
        Store store = (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (_, method, arguments) -> {
                    if (refusing.contains(method.getName())) {
                        refused.incrementAndGet();
                        throw new IllegalStateException("the disk is not there");
                    }
                    try {
                        return method.invoke(memory, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
        var wanted = new Subscription(
                "id",
                "s",
                "f",
                Optional.empty(),
                List.of(),
                new Filter.Type("t"),
                Clock.systemUTC().millis(),
                false);
        var log = new EventLog(store, Clock.systemUTC());
        var deliveries =
                new Deliveries(store, log, Clock.systemUTC(), new Notes(), _ -> List.of(wanted), Duration.ofMillis(2));
        deliveries.changed("acme");
        log.after("acme", 0); // which finds the end of the log once, when it is first asked
        return deliveries;
    }
}
