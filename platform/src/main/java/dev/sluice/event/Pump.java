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
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers an organization's events to one of its subscriptions, from where it has got to.
///
/// At most [#UNDER_WAY_MAX] events are under way at a time, those of one key one after another. What is under way
/// when a server stops is delivered again by the next, under the same name, so that it has no effect twice.
final class Pump implements AutoCloseable {
    static final int UNDER_WAY_MAX = 256;

    static final Duration BACKOFF_MIN = Duration.ofMillis(200);
    private static final int DOUBLED_MAX = 20;
    static final Duration BACKOFF_MAX = Duration.ofSeconds(60);

    private static final long NANOS_PER_MILLI = 1_000_000;

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

    /// What the store does not give or take now is tried again, as long as it takes.
    private void pump() {
        try {
            for (int failed = 0; ; failed++) {
                try {
                    boolean isBehind = readOn();
                    advance();
                    failed = 0;
                    await(isBehind);
                } catch (RuntimeException broken) {
                    LOG.warn("events of a subscription wait for the store", Traces.withoutTexts(broken));
                    pause(backoff(failed));
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toMillis(); left > 0 && !isClosed; left = (end - System.nanoTime()) / NANOS_PER_MILLI) {
            wait(left);
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
        if (page.isEmpty()) {
            passOver();
        }
        return !page.isEmpty();
    }

    /// Of what is not delivered again no event may be left that would tell where it ends.
    private synchronized void passOver() {
        read = Math.max(read, cursor.passed().map(Cursor.Passed::upTo).orElse(read));
    }

    private synchronized void begin(EventLog.Entry entry) {
        read = entry.place();
        Event event = entry.event();
        if (isClosed || cursor.isPassed(read) || !subscription.wanted().matches(event)) {
            return;
        }
        Optional<Flight> before = event.key().map(lastOfKey::get);
        var flight = new Flight(this, entry.place(), event.key(), before);
        event.key().ifPresent(key -> lastOfKey.put(key, flight));
        underWay.put(entry.place(), flight);
        flight.start();
    }

    synchronized void end(Flight flight) {
        underWay.remove(flight.place());
        flight.key().ifPresent(key -> lastOfKey.remove(key, flight));
        wake();
    }

    /// Nothing of one that is closed: the next one may have been set back.
    private synchronized void advance() {
        long place = underWay.isEmpty() ? read : underWay.firstKey() - 1;
        if (!isClosed && place != cursor.place()) {
            Cursor now = cursor.at(place);
            kept.cursors().put(organization, subscription.id(), now);
            cursor = now;
        }
    }

    /// What became of a wish to deliver again.
    enum Rewound {
        /// This one has ended, and the next one delivers again.
        DONE,
        /// Nothing has changed: it has not got there yet, and nothing is passed over.
        NOT_THERE_YET,
        /// Nothing has changed: it delivers again up to another end, which is not reached.
        UNDER_WAY
    }

    /// Ends this one, and has the next one deliver again what came after `place`, as if for the first time.
    ///
    /// @param end up to where; with none, all that came since
    Rewound rewind(long place, Optional<Long> end) {
        synchronized (this) {
            if (cursor.isSetBack() && end.isPresent()) {
                return Rewound.UNDER_WAY;
            }
            if (place >= cursor.place() && !cursor.isSetBack()) {
                return Rewound.NOT_THERE_YET;
            }
        }
        close();
        synchronized (this) {
            Cursor back = end.map(last -> cursor.between(place, last)).orElseGet(() -> cursor.since(place));
            kept.cursors().set(organization, subscription.id(), back);
        }
        return Rewound.DONE;
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
            underWay.values().forEach(Flight::interrupt);
        }
    }

    Kept kept() {
        return kept;
    }

    Courier courier() {
        return courier;
    }

    Optional<Event> find(long place) {
        return kept.log().find(organization, place);
    }

    Outcome attempt(long place, Event event) throws InterruptedException {
        turns.acquire();
        try {
            return courier.deliver(organization, subscription, event, delivery(place, event));
        } catch (RuntimeException failed) {
            LOG.warn("an event could not be delivered", Traces.withoutTexts(failed));
            return new Outcome.Failed("the server could not deliver it");
        } finally {
            turns.release();
        }
    }

    void giveUp(long place, Event event, String reason) {
        var letter = new Undelivered(place, kept.clock().millis(), reason, event);
        kept.undelivered().put(organization, subscription.id(), letter);
    }

    /// An event that is emitted again is the same one if it comes from where it came, under the same id.
    private String delivery(long place, Event event) {
        long round;
        synchronized (this) {
            round = cursor.roundOf(place);
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
    Duration backoff(int tries) {
        long bound = Math.min(BACKOFF_MAX.toMillis(), kept.backoff().toMillis() << Math.min(tries, DOUBLED_MAX));
        return Duration.ofMillis(kept.random().nextLong(bound) + 1);
    }
}
