package dev.sluice.event;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// Takes events in, durably, and delivers each to the subscriptions that want it, at least once. Restarts change
/// nothing of that.
///
/// Thread-safe.
public final class Deliveries implements AutoCloseable {
    /// How many events of one organization are handed over at the same moment.
    static final int TURNS = 16;

    private final EventLog log;
    private final Pump.Kept kept;
    private final Courier courier;
    private final Function<String, List<Subscription>> subscriptions;
    private final ConcurrentMap<String, Tenant> tenants = new ConcurrentHashMap<>();

    /// The subscriptions of an organization, at work.
    private static final class Tenant {
        private final Semaphore turns = new Semaphore(TURNS, true);
        private final Semaphore sinkTurns = new Semaphore(TURNS, true); // of those that wait for somebody outside
        private Map<String, Pump> pumps = Map.of(); // guarded by this; the map itself never changes
        private boolean isLoaded; // guarded by this
    }

    /// @param subscriptions of an organization, by its token
    public Deliveries(
            Store store, InstantSource clock, Courier courier, Function<String, List<Subscription>> subscriptions) {
        this(store, new EventLog(store, clock), clock, courier, subscriptions, Pump.BACKOFF_MIN);
    }

    Deliveries(
            Store store,
            EventLog log,
            InstantSource clock,
            Courier courier,
            Function<String, List<Subscription>> subscriptions,
            Duration backoff) {
        this.log = log;
        this.kept = new Pump.Kept(log, new Cursors(store), new UndeliveredEvents(store), clock, new Random(), backoff);
        this.courier = courier;
        this.subscriptions = subscriptions;
    }

    /// Takes one event in, as more are.
    ///
    /// @throws Refused `AT_LIMIT` if too many events wait to be delivered
    public boolean emit(String organization, Event event) {
        return emit(organization, List.of(event));
    }

    /// Takes events in, all or none. Durable on return; those that nobody has subscribed to are dropped.
    ///
    /// @return whether any subscription wants one of them
    /// @throws Refused `AT_LIMIT` if too many events wait to be delivered
    public boolean emit(String organization, List<Event> events) {
        var wanting = new HashSet<Pump>();
        var wanted = new ArrayList<Event>();
        Collection<Pump> pumps = pumps(organization).values();
        for (Event event : events) {
            List<Pump> its = pumps.stream()
                    .filter(pump -> pump.subscription().wanted().matches(event))
                    .toList();
            wanting.addAll(its);
            if (!its.isEmpty()) {
                wanted.add(event);
            }
        }
        if (wanted.isEmpty()) {
            return false;
        }
        if (log.append(organization, wanted).isEmpty()
                && !(trim(organization) && log.append(organization, wanted).isPresent())) {
            throw new Refused(
                    Refusal.AT_LIMIT, "too many events of your organization wait to be delivered: emit more slowly");
        }
        wanting.forEach(Pump::wake);
        return true;
    }

    /// The subscriptions of an organization have changed, or it has just been found.
    public void changed(String organization) {
        Tenant tenant = tenants.computeIfAbsent(organization, _ -> new Tenant());
        synchronized (tenant) {
            load(organization, tenant);
        }
    }

    private Map<String, Pump> pumps(String organization) {
        Tenant tenant = tenants.computeIfAbsent(organization, _ -> new Tenant());
        synchronized (tenant) {
            if (!tenant.isLoaded) {
                load(organization, tenant);
            }
            return tenant.pumps;
        }
    }

    /// A pump whose subscription is as it was goes on.
    private void load(String organization, Tenant tenant) {
        Map<String, Pump> before = tenant.pumps;
        var after = new HashMap<String, Pump>();
        for (Subscription now : subscriptions.apply(organization)) {
            Pump same = before.get(now.id());
            if (same == null || !same.subscription().equals(now)) {
                Optional.ofNullable(same).ifPresent(Pump::close);
                same = new Pump(
                        organization, now, kept, courier, now.sink().isEmpty() ? tenant.turns : tenant.sinkTurns);
                same.start();
            }
            after.put(now.id(), same);
        }
        before.forEach((id, pump) -> {
            if (!after.containsKey(id)) {
                pump.close();
                kept.cursors().remove(organization, id);
                kept.undelivered().removeAll(organization, id);
            }
        });
        tenant.pumps = Map.copyOf(after);
        tenant.isLoaded = true;
    }

    /// Removes what every subscription has, and what is too old.
    ///
    /// @return whether there is room again
    private boolean trim(String organization) {
        long place = pumps(organization).values().stream()
                .mapToLong(Pump::place)
                .min()
                .orElse(Long.MAX_VALUE);
        return log.trim(organization, place);
    }

    /// The oldest events after `place` that could not be delivered to a subscription.
    public List<Undelivered> undelivered(String organization, String subscription, long place, int limit) {
        return kept.undelivered().list(organization, subscription, place, limit);
    }

    /// One of them.
    public Optional<Undelivered> undelivered(String organization, String subscription, long place) {
        return kept.undelivered().find(organization, subscription, place);
    }

    /// Gives one of them up for good.
    public void discard(String organization, String subscription, long place) {
        kept.undelivered().remove(organization, subscription, place);
    }

    /// Tries once more to deliver one of them, in no order with others of its key. It is gone once that is done.
    ///
    /// @return why it could not be delivered; nothing if it was
    /// @throws Refused `NOT_FOUND`
    public Optional<String> redrive(String organization, String subscription, long place) throws InterruptedException {
        Undelivered letter = undelivered(organization, subscription, place).orElseThrow(Refused::notFound);
        Optional<String> why = switch (pump(organization, subscription).attempt(place, letter.event())) {
            case Courier.Outcome.Accepted _, Courier.Outcome.Delivered _, Courier.Outcome.Nothing _ -> Optional.empty();
            case Courier.Outcome.Busy _ -> Optional.of("there is no room for its run now");
            case Courier.Outcome.Later later -> Optional.of(later.reason());
            case Courier.Outcome.Failed failed -> Optional.of(failed.reason());
        };
        if (why.isEmpty()) {
            discard(organization, subscription, place);
        }
        return why;
    }

    /// Delivers again to a subscription what came since, as far as it is kept, in new runs, and goes on from there;
    /// with an end, what came before that, and then what it has not got yet. What was under way may run beside it.
    /// Nothing that it has not got yet is passed over. Durable on return.
    ///
    /// @return false if nothing was changed, as an earlier one has not come to its end yet
    /// @throws Refused `NOT_FOUND`
    public boolean replay(String organization, String subscription, Instant since, Optional<Instant> end) {
        Tenant tenant = tenants.computeIfAbsent(organization, _ -> new Tenant());
        synchronized (tenant) {
            Pump before = pump(organization, subscription);
            Pump.Rewound rewound = before.rewind(lastBefore(since), end.map(Deliveries::lastBefore));
            if (rewound != Pump.Rewound.DONE) {
                return rewound == Pump.Rewound.NOT_THERE_YET;
            }
            var others = new HashMap<>(tenant.pumps);
            others.remove(subscription);
            tenant.pumps = others;
            load(organization, tenant);
            return true;
        }
    }

    private static long lastBefore(Instant time) {
        return EventLog.placeAt(time.toEpochMilli()) - 1;
    }

    private Pump pump(String organization, String subscription) {
        return Optional.ofNullable(pumps(organization).get(subscription)).orElseThrow(Refused::notFound);
    }

    /// Removes the events that are not kept any more. To be called again and again.
    public void sweep() {
        tenants.keySet().forEach(organization -> {
            boolean isMore = true;
            while (isMore) {
                isMore = log.trim(organization, 0);
            }
        });
    }

    /// Delivers nothing more of an organization that was deleted.
    public void forget(String organization) {
        Tenant gone = tenants.remove(organization);
        if (gone != null) {
            close(gone);
        }
        log.forget(organization);
    }

    private static void close(Tenant tenant) {
        synchronized (tenant) {
            tenant.pumps.values().forEach(Pump::close);
        }
    }

    /// Delivers nothing more.
    @Override
    public void close() {
        tenants.values().forEach(Deliveries::close);
    }
}
