package dev.sluice.event;

import dev.sluice.bytes.Traces;
import dev.sluice.event.Courier.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One event on its way to a subscription, on a thread of its own.
final class Flight {
    /// How often a delivery is tried that fails.
    static final int TRIES_MAX = 8;

    /// How long a delivery is tried that somebody outside does not take, by one server.
    static final Duration PATIENCE = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(Flight.class);

    private final Pump pump;
    private final long place;
    private final Optional<String> key;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("event").unstarted(this::fly);
    private Optional<Flight> before;

    /// @param before the one of the same key that goes before it
    Flight(Pump pump, long place, Optional<String> key, Optional<Flight> before) {
        this.pump = pump;
        this.place = place;
        this.key = key;
        this.before = before;
    }

    void start() {
        thread.start();
    }

    void interrupt() {
        thread.interrupt();
    }

    long place() {
        return place;
    }

    Optional<String> key() {
        return key;
    }

    private void fly() {
        try {
            if (before.isPresent()) {
                before.get().over.await();
                before = Optional.empty(); // else each would hold all before it
            }
            deliverAtLast();
            pump.end(this);
            over.countDown();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /// What the store does not give or take now is tried again, as long as it takes.
    private void deliverAtLast() throws InterruptedException {
        for (int failed = 0; ; failed++) {
            try {
                deliver();
                return;
            } catch (RuntimeException broken) {
                LOG.warn("an event waits for the store", Traces.withoutTexts(broken));
                pause(pump.backoff(failed));
            }
        }
    }

    private void deliver() throws InterruptedException {
        long begun = pump.kept().clock().millis();
        for (int failed = 0, tries = 1; ; tries++) {
            Duration after = Duration.ZERO;
            Optional<Event> event = pump.find(place);
            if (event.isEmpty()) {
                return;
            }
            switch (pump.attempt(place, event.get())) {
                case Outcome.Accepted(var run) -> {
                    if (key.isPresent()) {
                        pump.courier().awaitEnd(run);
                    }
                    return;
                }
                case Outcome.Delivered() -> {
                    return;
                }
                case Outcome.Nothing() -> {
                    return;
                }
                case Outcome.Busy() -> {}
                case Outcome.Later(var earliest, var reason) -> {
                    after = earliest;
                    if (pump.kept().clock().millis() - begun > PATIENCE.toMillis()) {
                        pump.giveUp(place, event.get(), reason);
                        return;
                    }
                }
                case Outcome.Failed(var reason) -> {
                    failed++;
                    if (failed == TRIES_MAX) {
                        pump.giveUp(place, event.get(), reason);
                        return;
                    }
                }
            }
            pause(after.plus(pump.backoff(tries)));
        }
    }

    private void pause(Duration time) throws InterruptedException {
        boolean _ = over.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
