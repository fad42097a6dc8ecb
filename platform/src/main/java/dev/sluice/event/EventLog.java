package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Component;
import dev.sluice.label.Principal;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// The events of each organization, in the order in which they came, durable before they are acknowledged.
///
/// A place says when: its upper bits are milliseconds since 1970. Places only grow, also where the clock was set back.
///
/// Thread-safe.
final class EventLog {
    /// Of one organization.
    static final int EVENTS_MAX = 100_000;

    static final long BYTES_MAX = 512L << 20;

    /// Of those that know more than who emits over HTTP: they take no room that he could miss.
    static final int KNOWING_MAX = 20_000;

    static final long KNOWING_BYTES_MAX = 128L << 20;

    /// How long an event is kept, to be delivered or to be delivered again.
    static final Duration KEPT = Duration.ofDays(7);

    static final int PAGE_EVENTS_MAX = 32;
    private static final int TRIMMED_AT_ONCE = 500;

    /// 2^16 events in a millisecond.
    private static final int WITHIN_MILLISECOND_BITS = 16;

    private final Store store;
    private final InstantSource clock;
    private final long eventsMax;
    private final ConcurrentMap<String, Tail> tails = new ConcurrentHashMap<>();

    EventLog(Store store, InstantSource clock) {
        this(store, clock, EVENTS_MAX);
    }

    EventLog(Store store, InstantSource clock, long eventsMax) {
        this.store = store;
        this.clock = clock;
        this.eventsMax = eventsMax;
    }

    /// An event where it stands.
    record Entry(long place, Event event) {}

    /// The end of one log. An event may be read once all before it are durable, or never will be.
    private static final class Tail {
        private final TreeSet<Long> open = new TreeSet<>();
        private long last;

        private Tail(long last) {
            this.last = last;
        }

        private synchronized long begin(long now) {
            last = Math.max(last + 1, now);
            open.add(last);
            return last;
        }

        private synchronized void end(long place) {
            open.remove(place);
        }

        private synchronized long end() {
            return open.isEmpty() ? last : open.first() - 1;
        }
    }

    /// The first place of that time.
    static long placeAt(long millis) {
        return Math.max(0, millis) << WITHIN_MILLISECOND_BITS;
    }

    static long millisAt(long place) {
        return place >> WITHIN_MILLISECOND_BITS;
    }

    /// All of them, one after another and by one write, or none. Durable on return.
    ///
    /// @param events at most as many as a batch of the store takes steps
    /// @return the place of the last one; nothing if the log is full: then nothing was kept
    Optional<Long> append(String organization, List<Event> events) {
        Tail tail = tail(organization);
        var places = new ArrayList<Long>();
        try {
            var batch = new Batch();
            long[] bytes = {0, 0};
            long[] count = {0, 0};
            for (Event event : events) {
                Bytes encoded = event.encode();
                long place = tail.begin(placeAt(clock.millis()));
                places.add(place);
                batch.put(EventKeys.at(organization, place), encoded);
                int share = isKnowing(organization, event) ? 1 : 0;
                bytes[share] += encoded.length();
                count[share]++;
            }
            if (count[0] > 0) {
                batch = plain(batch, organization, count[0], bytes[0]);
            }
            if (count[1] > 0) {
                batch = knowing(batch, organization, count[1], bytes[1]);
            }
            return store.commit(batch) ? Optional.of(places.getLast()) : Optional.empty();
        } finally {
            places.forEach(tail::end);
        }
    }

    /// At most [#PAGE_EVENTS_MAX] of what comes after `place`.
    List<Entry> after(String organization, long place) {
        long end = tail(organization).end();
        var entries = new ArrayList<Entry>();
        var page = store.scan(EventKeys.log(organization), EventKeys.at(organization, place), PAGE_EVENTS_MAX);
        for (Store.Entry found : page) {
            long at = EventKeys.place(found.key());
            if (at <= end) {
                entries.add(new Entry(at, Event.decode(found.value())));
            }
        }
        return entries;
    }

    /// Nothing for one that is not kept any more.
    Optional<Event> find(String organization, long place) {
        return store.get(EventKeys.at(organization, place)).map(Event::decode);
    }

    /// Removes the oldest events: those up to `place`, and those that are older than [#KEPT]. The newest one stays,
    /// so that places never begin again.
    ///
    /// @return whether it removed any
    synchronized boolean trim(String organization, long place) {
        long old = placeAt(clock.millis() - KEPT.toMillis());
        long end = Math.min(tail(organization).end() - 1, Math.max(place, old));
        var batch = new Batch();
        long[] bytes = {0, 0};
        long[] events = {0, 0};
        for (Store.Entry found : store.scan(EventKeys.log(organization), Bytes.EMPTY, TRIMMED_AT_ONCE)) {
            if (EventKeys.place(found.key()) <= end) {
                int share = isKnowing(organization, Event.decode(found.value())) ? 1 : 0;
                batch.delete(found.key());
                bytes[share] += found.value().length();
                events[share]++;
            }
        }
        if (events[0] > 0) {
            batch = plain(batch, organization, -events[0], -bytes[0]);
        }
        if (events[1] > 0) {
            batch = knowing(batch, organization, -events[1], -bytes[1]);
        }
        return events[0] + events[1] > 0 && store.commit(batch);
    }

    /// Of those that know what who emits over HTTP does.
    private Batch plain(Batch batch, String organization, long events, long bytes) {
        return batch.add(EventKeys.count(organization), events, eventsMax)
                .add(EventKeys.size(organization), bytes, BYTES_MAX);
    }

    private static Batch knowing(Batch batch, String organization, long events, long bytes) {
        return batch.add(EventKeys.knowingCount(organization), events, KNOWING_MAX)
                .add(EventKeys.knowingSize(organization), bytes, KNOWING_BYTES_MAX);
    }

    private static boolean isKnowing(String organization, Event event) {
        return !event.label().secrecy().equals(Component.of(Principal.of(organization, "event")));
    }

    void forget(String organization) {
        tails.remove(organization);
    }

    private Tail tail(String organization) {
        return tails.computeIfAbsent(organization, _ -> {
            List<Store.Entry> last = store.scanBackwards(EventKeys.log(organization), Bytes.EMPTY, 1);
            return new Tail(last.isEmpty() ? 0 : EventKeys.place(last.getFirst().key()));
        });
    }
}
