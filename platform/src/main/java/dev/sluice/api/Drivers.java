package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// The event drivers of organizations. Those of `kars7e/timer` tick: each emits `ticker.tick` every so many seconds,
/// from when it was made or changed on. Ticks of a time at which no server ran are not made up.
///
/// Thread-safe.
final class Drivers implements Entities<DriverWish>, AutoCloseable {
    private static final String TICK = "ticker.tick";
    private static final Logger LOG = LoggerFactory.getLogger(Drivers.class);

    private final KeptEntities<DriverWish> kept;
    private final Subscriptions subscriptions;
    private final InstantSource clock;
    private final ScheduledExecutorService times = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("ticks").daemon().factory());
    private final ConcurrentMap<String, Map<String, Ticker>> tickers = new ConcurrentHashMap<>();

    /// One driver at work.
    ///
    /// @param changedMillis tells it from what it was before
    private record Ticker(long changedMillis, Future<?> ticks) {}

    Drivers(LabeledFs fs, KeptEntities<DriverTypeWish> types, Subscriptions subscriptions, InstantSource clock) {
        this.kept = new KeptEntities<>(fs, DriverWish.kind(types), clock);
        this.subscriptions = subscriptions;
        this.clock = clock;
    }

    /// What is there has changed, or is to be gone on with after a restart.
    synchronized void changed(Organization organization) {
        Map<String, Ticker> before = tickers.getOrDefault(organization.token(), Map.of());
        var after = new HashMap<String, Ticker>();
        Upkeep.of(organization, Resource.EVENT)
                .run(() -> kept.entities(organization))
                .forEach(entity -> {
                    Ticker same = before.get(entity.id());
                    Optional<Duration> every = entity.wish().ticks();
                    if (same != null && same.changedMillis() == entity.changedMillis()) {
                        after.put(entity.id(), same);
                    } else if (every.isPresent()) {
                        after.put(entity.id(), start(organization, entity, every.get()));
                    }
                });
        before.values().stream()
                .filter(ticker -> !after.containsValue(ticker))
                .forEach(ticker -> ticker.ticks().cancel(false));
        tickers.put(organization.token(), after);
    }

    private Ticker start(Organization organization, KeptEntity<DriverWish> entity, Duration every) {
        long period = every.toMillis();
        long age = Math.max(0, clock.millis() - entity.changedMillis());
        Future<?> ticks = times.scheduleAtFixedRate(
                () -> Thread.ofVirtual().name("tick").start(() -> tick(organization, entity.id())),
                period - age % period,
                period,
                TimeUnit.MILLISECONDS);
        return new Ticker(entity.changedMillis(), ticks);
    }

    /// A tick for which there is no room is lost, as time is.
    private void tick(Organization organization, String driver) {
        ObjectNode event = JsonBody.JSON.createObjectNode();
        event.put("eventType", TICK).put("cloudEventsVersion", "0.1").put("source", driver);
        event.put("eventID", UUID.randomUUID().toString())
                .put("eventTime", clock.instant().toString());
        Component events = Component.of(Resource.EVENT.in(organization.principal()));
        try {
            subscriptions.emit(organization, new Emission(event).event(Label.of(events, Component.TRUE)));
        } catch (Refused full) {
            LOG.warn("a tick was not taken in: {}", full.refusal());
        }
    }

    synchronized void forget(Organization organization) {
        tickers.getOrDefault(organization.token(), Map.of())
                .values()
                .forEach(ticker -> ticker.ticks().cancel(false));
        tickers.remove(organization.token());
    }

    @Override
    public void close() {
        times.shutdownNow();
    }

    @Override
    public DriverWish parse(Bytes body) {
        return kept.parse(body);
    }

    @Override
    public String name(DriverWish wish) {
        return kept.name(wish);
    }

    @Override
    public List<Need> alsoNeeds(DriverWish wish) {
        return kept.alsoNeeds(wish);
    }

    @Override
    public NamedEntity create(Organization organization, DriverWish wish) {
        NamedEntity made = kept.create(organization, wish);
        changed(organization);
        return made;
    }

    @Override
    public NamedEntity update(Organization organization, String name, DriverWish wish) {
        NamedEntity updated = kept.update(organization, name, wish);
        changed(organization);
        return updated;
    }

    @Override
    public NamedEntity find(Organization organization, String name) {
        return kept.find(organization, name);
    }

    @Override
    public List<KeptEntity.Seen> list(Organization organization) {
        return kept.list(organization);
    }

    @Override
    public NamedEntity delete(Organization organization, String name) {
        NamedEntity deleted = kept.delete(organization, name);
        changed(organization);
        return deleted;
    }
}
