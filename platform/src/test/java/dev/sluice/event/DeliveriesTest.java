package dev.sluice.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.event.Courier.Outcome;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.store.MemoryStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DeliveriesTest {
    private final MemoryStore store = new MemoryStore();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final List<Deliveries> started = new ArrayList<>();
    private final Notes notes = new Notes();
    private final long before = Clock.systemUTC().millis();

    @AfterEach
    void close() {
        started.forEach(Deliveries::close);
    }

    @Test
    void anEvent_isDelivered_toEachThatWantsIt_andNobodyElse() {
        subscribe("one", "a.b");
        subscribe("all", "a.*");
        subscribe("other", "b");
        Deliveries deliveries = start();
        deliveries.emit("acme", event("a.b", "1", ""));
        deliveries.emit("acme", event("a.c", "2", ""));
        deliveries.emit("acme", event("c", "3", ""));
        awaitDelivered("acme one 1", "acme all 1", "acme all 2");
    }

    @Test
    void whatWasAcknowledged_isDeliveredByTheNextServer_andNothingTwice() {
        subscribe("s", "t");
        notes.answer = event -> event.id().equals("2") ? new Outcome.Busy() : new Outcome.Accepted(UUID.randomUUID());
        Deliveries first = start();
        for (String id : List.of("1", "2", "3")) {
            first.emit("acme", event("t", id, ""));
        }
        awaitDelivered("acme s 1", "acme s 3");
        first.close();
        notes.answer = _ -> new Outcome.Accepted(UUID.randomUUID());
        start();
        awaitDelivered("acme s 1", "acme s 3", "acme s 2");
    }

    @Test
    void aSecondEventOfOneSourceAndId_isTheFirst() {
        subscribe("s", "t");
        Deliveries deliveries = start();
        deliveries.emit("acme", event("t", "1", ""));
        deliveries.emit("acme", event("t", "1", ""));
        deliveries.emit("acme", SampleEvents.of("t", "another source", "1", ""));
        deliveries.emit("acme", event("t", "last", ""));
        awaitDelivered("acme s 1", "acme s 1", "acme s last");
    }

    @Test
    void eventsOfOneKey_waitForTheEndOfTheOneBefore_andNobodyElseDoes() {
        subscribe("s", "t");
        Deliveries deliveries = start();
        deliveries.emit("acme", event("t", "k1", "k"));
        awaitDelivered("acme s k1");
        deliveries.emit("acme", event("t", "k2", "k"));
        deliveries.emit("acme", event("t", "l1", "l"));
        deliveries.emit("acme", event("t", "free", ""));
        awaitDelivered("acme s k1", "acme s l1", "acme s free");
        notes.end("k1");
        awaitDelivered("acme s k1", "acme s l1", "acme s free", "acme s k2");
    }

    /// A restart may come while the first one runs.
    @Test
    void eventsOfOneKey_keepTheirOrder_overARestart() {
        subscribe("s", "t");
        Deliveries first = start();
        first.emit("acme", event("t", "k1", "k"));
        first.emit("acme", event("t", "k2", "k"));
        awaitDelivered("acme s k1");
        first.close();
        start();
        notes.end("k1");
        awaitDelivered("acme s k1", "acme s k2");
        assertThat(notes.delivered).containsExactly("acme s k1", "acme s k2");
    }

    @Test
    void whatMayNotBeToldThere_isPassedOver_andNobodyHears() {
        subscribe("s", "t");
        notes.answer =
                event -> event.id().equals("high") ? new Outcome.Nothing() : new Outcome.Accepted(UUID.randomUUID());
        Deliveries deliveries = start();
        deliveries.emit("acme", event("t", "high", ""));
        deliveries.emit("acme", event("t", "low", ""));
        awaitDelivered("acme s low");
        assertThat(deliveries.undelivered("acme", id("s"), 0, 10)).isEmpty();
    }

    @Test
    void whatFails_isTriedAgain_andIsKeptAfterTheLastTry() {
        subscribe("s", "t");
        var tries = new AtomicInteger();
        notes.answer = event -> {
            tries.incrementAndGet();
            return new Outcome.Failed("no function");
        };
        Deliveries deliveries = start(Duration.ofMillis(2));
        deliveries.emit("acme", event("t", "1", ""));
        await().until(() -> deliveries.undelivered("acme", id("s"), 0, 10).size() == 1);
        Undelivered letter = deliveries.undelivered("acme", id("s"), 0, 10).getFirst();
        assertThat(letter.reason()).isEqualTo("no function");
        assertThat(letter.event()).isEqualTo(event("t", "1", ""));
        assertThat(tries).hasValue(Flight.TRIES_MAX);
        assertThat(deliveries.undelivered("blue", id("s"), 0, 10)).isEmpty();
        assertThat(deliveries.undelivered("acme", id("s"), letter.place(), 10)).isEmpty();
    }

    @Test
    void whatWasGivenUp_isDeliveredOnce_orStaysWithTheReason_orIsDiscarded() throws InterruptedException {
        subscribe("s", "t");
        notes.answer = _ -> new Outcome.Failed("no function");
        Deliveries deliveries = start(Duration.ofMillis(1));
        deliveries.emit("acme", event("t", "1", ""));
        deliveries.emit("acme", event("t", "2", ""));
        await().until(() -> deliveries.undelivered("acme", id("s"), 0, 10).size() == 2);
        List<Undelivered> letters = deliveries.undelivered("acme", id("s"), 0, 10);
        long first = letters.getFirst().place();
        assertThat(deliveries.redrive("acme", id("s"), first)).contains("no function");
        notes.answer = _ -> new Outcome.Busy();
        assertThat(deliveries.redrive("acme", id("s"), first)).isPresent();
        assertThat(deliveries.undelivered("acme", id("s"), 0, 10)).isEqualTo(letters);
        notes.answer = _ -> new Outcome.Accepted(UUID.randomUUID());
        assertThat(deliveries.redrive("acme", id("s"), first)).isEmpty();
        awaitDelivered("acme s " + letters.getFirst().event().id());
        assertThatThrownBy(() -> deliveries.redrive("acme", id("s"), first)).isInstanceOf(Refused.class);
        deliveries.discard("acme", id("s"), letters.getLast().place());
        assertThat(deliveries.undelivered("acme", id("s"), 0, 10)).isEmpty();
        assertThat(notes.delivered).hasSize(1);
    }

    @Test
    void aReplay_deliversAnew_whatCameSince_passesNothingOver_andHoldsOverARestart() {
        subscribe("s", "t");
        subscribe("other", "t");
        Deliveries first = start();
        first.emit("acme", event("t", "1", ""));
        first.emit("acme", event("t", "2", ""));
        awaitDelivered("acme s 1", "acme s 2", "acme other 1", "acme other 2");
        notes.answer = _ -> new Outcome.Busy();
        first.replay("acme", id("s"), Instant.ofEpochMilli(before), Optional.empty());
        first.close();
        notes.answer = _ -> new Outcome.Accepted(UUID.randomUUID());
        Deliveries next = start();
        awaitDelivered("acme s 1", "acme s 2", "acme other 1", "acme other 2", "acme s 1", "acme s 2");
        notes.answer = _ -> new Outcome.Busy();
        next.emit("acme", event("t", "3", ""));
        next.replay("acme", id("s"), Instant.now().plusSeconds(60), Optional.empty());
        notes.answer = _ -> new Outcome.Accepted(UUID.randomUUID());
        await().until(() -> notes.delivered.contains("acme s 3"));
        assertThatThrownBy(() -> next.replay("acme", id("nobody"), Instant.EPOCH, Optional.empty()))
                .isInstanceOf(Refused.class);
    }

    @Test
    void aFullLog_refuses_untilSomethingIsDelivered() {
        subscribe("s", "t");
        notes.answer = _ -> new Outcome.Busy();
        Deliveries deliveries = start(new EventLog(store, Clock.systemUTC(), 3), Duration.ofMillis(2));
        for (int i = 0; i < 3; i++) {
            deliveries.emit("acme", event("t", "" + i, ""));
        }
        assertThatThrownBy(() -> deliveries.emit("acme", event("t", "4", "")))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.AT_LIMIT));
        notes.answer = _ -> new Outcome.Accepted(UUID.randomUUID());
        await().ignoreExceptions().until(() -> {
            deliveries.emit("acme", event("t", "4", ""));
            return true;
        });
        await().until(() -> notes.delivered.contains("acme s 4"));
    }

    @Test
    void aSubscription_getsNothingThatIsOlder_norWhenItIsGone() {
        subscribe("s", "t");
        Deliveries deliveries = start();
        deliveries.emit("acme", event("t", "1", ""));
        awaitDelivered("acme s 1");
        await().until(() -> Clock.systemUTC().millis() > before + 1);
        subscriptions.add(subscription("late", "t", Clock.systemUTC().millis() + 1, false));
        deliveries.changed("acme");
        await().until(() -> Clock.systemUTC().millis() > before + 50);
        subscriptions.removeIf(one -> one.name().equals("s"));
        deliveries.changed("acme");
        deliveries.emit("acme", event("t", "2", ""));
        awaitDelivered("acme s 1", "acme late 2");
    }

    @Test
    void whileItIsPaused_aSubscriptionGetsNothing_andAllOfItAfterwards() {
        subscriptions.add(subscription("s", "t", before, true));
        subscribe("other", "t");
        Deliveries deliveries = start();
        deliveries.emit("acme", event("t", "1", ""));
        awaitDelivered("acme other 1");
        subscriptions.removeIf(one -> one.name().equals("s"));
        subscribe("s", "t");
        deliveries.changed("acme");
        awaitDelivered("acme other 1", "acme s 1");
    }

    @Test
    void ofAnOrganizationThatIsGone_nothingStays() {
        subscribe("s", "t");
        Deliveries deliveries = start();
        deliveries.emit("acme", event("t", "1", ""));
        deliveries.emit("blue", event("t", "1", ""));
        awaitDelivered("acme s 1", "blue s 1");
        deliveries.forget("acme");
        assertThat(new EventErasure(store).remove("acme")).isNotEmpty();
        assertThat(new EventLog(store, Clock.systemUTC()).after("acme", 0)).isEmpty();
        assertThat(new EventLog(store, Clock.systemUTC()).after("blue", 0)).hasSize(1);
    }

    private void awaitDelivered(String... all) {
        await().untilAsserted(() -> assertThat(notes.delivered).containsExactlyInAnyOrder(all));
    }

    private Deliveries start() {
        return start(new EventLog(store, Clock.systemUTC()), Duration.ofMillis(2));
    }

    private Deliveries start(Duration backoff) {
        return start(new EventLog(store, Clock.systemUTC()), backoff);
    }

    private Deliveries start(EventLog log, Duration backoff) {
        var deliveries = new Deliveries(store, log, Clock.systemUTC(), notes, _ -> List.copyOf(subscriptions), backoff);
        started.add(deliveries);
        deliveries.changed("acme");
        return deliveries;
    }

    private void subscribe(String name, String type) {
        subscriptions.add(subscription(name, type, before, false));
    }

    private static Subscription subscription(String name, String type, long since, boolean isPaused) {
        return new Subscription(
                id(name), name, "f", Optional.empty(), List.of(), new Filter.Type(type), since, isPaused);
    }

    private static String id(String name) {
        return "id of " + name;
    }

    private static Event event(String type, String id, String key) {
        return SampleEvents.of(type, "s", id, key);
    }
}
