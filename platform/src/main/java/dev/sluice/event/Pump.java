package dev.sluice.event;

import dev.sluice.bytes.Traces;
import dev.sluice.event.Courier.Outcome;
import dev.sluice.event.Cursors.Cursor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers an organization's events to one of its subscriptions, from where it has got to.
///
/// At most [#UNDER_WAY_MAX] events are under way at a time, those of one key one after another. What is under way
/// when a server stops is delivered again by the next, under the same name, so that it has no effect twice.
final class Pump implements AutoCloseable {
    static final int UNDER_WAY_MAX = 256;

    /// How often a delivery is tried that fails.
    static final int TRIES_MAX = 8;

    /// How long a delivery is tried that somebody outside does not take, by one server.
    static final Duration PATIENCE = Duration.ofDays(1);

    static final Duration BACKOFF_MIN = Duration.ofMillis(200);
    private static final int DOUBLED_MAX = 20;
    static final Duration BACKOFF_MAX = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Pump.class);

    private final String organization;
    private final Subscription subscription;
    private final Kept kept;
    private final Courier courier;
    private final Semaphore turns;
    private final TreeMap<Long, Flight> underWay = new TreeMap<>(); // guarded by this
    private final Map<String, Flight> lastOfKey = new HashMap<>(); // guarded by this
    private final Thread thread;
    private Cursor cursor; // guarded by this
    private long read; // guarded by this
    private boolean isWoken; // guarded by this
    private boolean isClosed; // guarded by this

    /// What is on disk, and the time.
    ///
    /// @param backoff the bound of the first wait
    record Kept(
            EventLog log,
            Cursors cursors,
            UndeliveredEvents undelivered,
            InstantSource clock,
            RandomGenerator random,
            Duration backoff) {}

    /// @param turns of the organization: who has one delivers
    Pump(String organization, Subscription subscription, Kept kept, Courier courier, Semaphore turns) {
        this.organization = organization;
        this.subscription = subscription;
        this.kept = kept;
        this.courier = courier;
        this.turns = turns;
        this.cursor = kept.cursors().of(organization, subscription);
        this.read = cursor.place();
        this.thread = Thread.ofVirtual().name("events").unstarted(this::pump);
    }

    void start() {
        if (!subscription.isPaused()) {
            thread.start();
        }
    }

    Subscription subscription() {
        return subscription;
    }

    /// Up to where nothing is to be delivered any more; everything, of one that is paused.
    synchronized long place() {
        return subscription.isPaused() ? Long.MAX_VALUE : cursor.place();
    }

    synchronized void wake() {
        isWoken = true;
        notifyAll();
    }

    private void pump() {
        try {
            while (true) {
                boolean isBehind = readOn();
                advance();
                await(isBehind);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.warn("events of a subscription are delivered no more until it is changed", Traces.withoutTexts(failed));
        }
    }

    /// @return whether there may be more to read at once
    private boolean readOn() {
        long from;
        synchronized (this) {
            if (underWay.size() >= UNDER_WAY_MAX) {
                return false;
            }
            from = read;
        }
        List<EventLog.Entry> page = kept.log().after(organization, from);
        for (EventLog.Entry entry : page) {
            begin(entry);
        }
        return !page.isEmpty();
    }

    private synchronized void begin(EventLog.Entry entry) {
        read = entry.place();
        Event event = entry.event();
        if (isClosed || !subscription.wanted().matches(event)) {
            return;
        }
        var flight = new Flight(entry.place(), event.key());
        flight.key.ifPresent(key -> flight.before = Optional.ofNullable(lastOfKey.put(key, flight)));
        underWay.put(entry.place(), flight);
        flight.thread.start();
    }

    private synchronized void end(Flight flight) {
        underWay.remove(flight.place);
        flight.key.ifPresent(key -> lastOfKey.remove(key, flight));
        wake();
    }

    private void advance() {
        Cursor now;
        synchronized (this) {
            long place = underWay.isEmpty() ? read : underWay.firstKey() - 1;
            if (isClosed || place == cursor.place()) {
                return;
            }
            cursor = new Cursor(place, cursor.round());
            now = cursor;
        }
        kept.cursors().put(organization, subscription.id(), now);
    }

    private synchronized void await(boolean isBehind) throws InterruptedException {
        while (!isWoken && !isClosed && !(isBehind && underWay.size() < UNDER_WAY_MAX)) {
            wait();
        }
        if (isClosed) {
            throw new InterruptedException("it is delivered by another one");
        }
        isWoken = false;
    }

    /// Ends; what is under way is delivered by the next one for this subscription, or was delivered.
    @Override
    public void close() {
        synchronized (this) {
            isClosed = true;
            notifyAll();
            underWay.values().forEach(flight -> flight.thread.interrupt());
        }
    }

    /// One event on its way.
    private final class Flight {
        private final long place;
        private final Optional<String> key;
        private final CountDownLatch over = new CountDownLatch(1);
        private final Thread thread = Thread.ofVirtual().name("event").unstarted(this::fly);
        private Optional<Flight> before = Optional.empty();

        private Flight(long place, Optional<String> key) {
            this.place = place;
            this.key = key;
        }

        private void fly() {
            try {
                if (before.isPresent()) {
                    before.get().over.await();
                    before = Optional.empty(); // else each would hold all before it
                }
                deliver();
                end(this);
                over.countDown();
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        }

        private void deliver() throws InterruptedException {
            long begun = kept.clock().millis();
            for (int failed = 0, tries = 1; ; tries++) {
                Duration after = Duration.ZERO;
                Optional<Event> event = kept.log().find(organization, place);
                if (event.isEmpty()) {
                    return;
                }
                switch (attempt(event.get())) {
                    case Outcome.Accepted(var run) -> {
                        if (key.isPresent()) {
                            courier.awaitEnd(run);
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
                        if (kept.clock().millis() - begun > PATIENCE.toMillis()) {
                            giveUp(event.get(), reason);
                            return;
                        }
                    }
                    case Outcome.Failed(var reason) -> {
                        failed++;
                        if (failed == TRIES_MAX) {
                            giveUp(event.get(), reason);
                            return;
                        }
                    }
                }
                boolean _ = over.await(after.toMillis() + backoff(tries).toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private Outcome attempt(Event event) throws InterruptedException {
            turns.acquire();
            try {
                return courier.deliver(organization, subscription, event, delivery(event));
            } catch (RuntimeException failed) {
                LOG.warn("an event could not be delivered", Traces.withoutTexts(failed));
                return new Outcome.Failed("the server could not deliver it");
            } finally {
                turns.release();
            }
        }

        private void giveUp(Event event, String reason) {
            var letter = new Undelivered(place, kept.clock().millis(), reason, event);
            kept.undelivered().put(organization, subscription.id(), letter);
        }
    }

    /// An event that is emitted again is the same one if it comes from where it came, under the same id.
    private String delivery(Event event) {
        long round;
        synchronized (this) {
            round = cursor.round();
        }
        return String.join(
                "\n",
                subscription.id(),
                Long.toString(round),
                event.label().toString(),
                Integer.toString(event.source().length()),
                event.source(),
                event.id());
    }

    /// A random time below a bound that doubles with each try.
    private Duration backoff(int tries) {
        long bound = Math.min(BACKOFF_MAX.toMillis(), kept.backoff().toMillis() << Math.min(tries, DOUBLED_MAX));
        return Duration.ofMillis(kept.random().nextLong(bound) + 1);
    }
}
