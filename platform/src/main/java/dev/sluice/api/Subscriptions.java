package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.event.Deliveries;
import dev.sluice.event.Event;
import dev.sluice.event.Subscription;
import dev.sluice.event.Undelivered;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Gates;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.secret.Secrets;
import dev.sluice.store.Store;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// The subscriptions of organizations, and the events that come to them.
///
/// Thread-safe.
final class Subscriptions implements Entities<SubscriptionWish>, AutoCloseable {
    private final KeptEntities<SubscriptionWish> kept;
    private final Triggers triggers;
    private final SinkCourier sinks;
    private final Deliveries deliveries;
    private final ConcurrentMap<String, Organization> organizations = new ConcurrentHashMap<>();

    Subscriptions(
            LabeledFs fs,
            Gates gates,
            Store store,
            Secrets secrets,
            KafkaDrivers kafka,
            Functions functions,
            Invocations invocations,
            InstantSource clock) {
        this.kept = new KeptEntities<>(fs, SubscriptionWish.KIND, clock);
        this.triggers = new Triggers(fs, gates);
        this.sinks = new SinkCourier(gates.services(), secrets, kafka, clock, this::pause);
        var courier = new EventCourier(functions, triggers, invocations, sinks, this::organization);
        this.deliveries = new Deliveries(store, clock, courier, token -> all(organization(token)));
    }

    /// Whoever got the events of a subscription says that he is no more: they wait for its author.
    private void pause(Organization organization, String name) {
        boolean isPaused = Upkeep.of(organization, Resource.EVENT).run(() -> {
            Optional<SubscriptionWish> wish = kept.ifThere(organization, name);
            if (wish.isEmpty() || wish.get().paused()) {
                return false;
            }
            kept.update(organization, name, wish.get().whilePaused());
            return true;
        });
        if (isPaused) {
            changed(organization);
        }
    }

    /// One that may have subscriptions, by its token.
    Optional<Organization> known(String token) {
        return Optional.ofNullable(organizations.get(token));
    }

    private Organization organization(String token) {
        Organization known = organizations.get(token);
        if (known == null) {
            throw Refused.notFound();
        }
        return known;
    }

    private List<Subscription> all(Organization organization) {
        return Upkeep.of(organization, Resource.EVENT).run(() -> kept.entities(organization)).stream()
                .map(Subscriptions::subscription)
                .toList();
    }

    private static Subscription subscription(KeptEntity<SubscriptionWish> entity) {
        SubscriptionWish wish = entity.wish();
        return new Subscription(
                entity.id(),
                wish.name(),
                wish.function(),
                Optional.ofNullable(wish.sink()),
                wish.secrets(),
                wish.knows(),
                wish.wanted(),
                entity.createdSeconds() * 1000,
                wish.paused());
    }

    /// Takes an event in. Durable on return.
    ///
    /// @return whether any subscription wants it
    /// @throws Refused `AT_LIMIT` if too many wait to be delivered
    boolean emit(Organization organization, Event event) {
        organizations.putIfAbsent(organization.token(), organization);
        return deliveries.emit(organization.token(), event);
    }

    /// Takes events in, all or none. Durable on return.
    ///
    /// @return whether any subscription wants one of them
    /// @throws Refused `AT_LIMIT` if too many wait to be delivered
    boolean emit(Organization organization, List<Event> events) {
        organizations.putIfAbsent(organization.token(), organization);
        return deliveries.emit(organization.token(), events);
    }

    /// What is there has changed, or is to be gone on with after a restart.
    void changed(Organization organization) {
        organizations.put(organization.token(), organization);
        deliveries.changed(organization.token());
    }

    void forget(Organization organization) {
        deliveries.forget(organization.token());
        organizations.remove(organization.token());
    }

    /// The oldest events after `place` that could not be delivered to a subscription and that the current task may
    /// know of.
    ///
    /// @throws Refused `NOT_FOUND`
    List<Undelivered> undelivered(Organization organization, String name, long place, int limit) {
        String id = id(organization, name);
        var seen = new ArrayList<Undelivered>();
        List<Undelivered> page = deliveries.undelivered(organization.token(), id, place, limit);
        while (!page.isEmpty() && seen.size() < limit) {
            page.stream()
                    .filter(Subscriptions::isObserved)
                    .limit(limit - seen.size())
                    .forEach(seen::add);
            page = deliveries.undelivered(
                    organization.token(), id, page.getLast().place(), limit);
        }
        return List.copyOf(seen);
    }

    /// One of them.
    ///
    /// @throws Refused `NOT_FOUND`
    Undelivered undelivered(Organization organization, String name, long place) {
        return deliveries
                .undelivered(organization.token(), id(organization, name), place)
                .filter(Subscriptions::isObserved)
                .orElseThrow(Refused::notFound);
    }

    private static boolean isObserved(Undelivered letter) {
        Task task = Task.current();
        boolean mayBe = task.mayObserve(letter.event().label());
        if (mayBe) {
            task.observe(letter.event().label());
        }
        return mayBe;
    }

    /// Gives one of them up.
    ///
    /// @throws Refused `NOT_FOUND`
    Undelivered discard(Organization organization, String name, long place) {
        Undelivered letter = undelivered(organization, name, place);
        deliveries.discard(organization.token(), id(organization, name), place);
        return letter;
    }

    /// Tries once more to deliver one of them.
    ///
    /// @return why it could not be; nothing if it was, and is none of them any more
    /// @throws Refused `NOT_FOUND`
    Optional<String> redrive(Organization organization, String name, long place) throws InterruptedException {
        undelivered(organization, name, place);
        return deliveries.redrive(organization.token(), id(organization, name), place);
    }

    /// Delivers again what came since, or until an end.
    ///
    /// @return false if an earlier time has not come to its end yet
    /// @throws Refused `NOT_FOUND`
    boolean replay(Organization organization, String name, Instant since, Optional<Instant> end) {
        return deliveries.replay(organization.token(), id(organization, name), since, end);
    }

    private String id(Organization organization, String name) {
        return kept.find(organization, name).entity().id();
    }

    /// Removes the events that are not kept any more. To be called again and again.
    void sweep() {
        deliveries.sweep();
    }

    @Override
    public void close() {
        deliveries.close();
    }

    @Override
    public SubscriptionWish parse(Bytes body) {
        return kept.parse(body);
    }

    @Override
    public String name(SubscriptionWish wish) {
        return kept.name(wish);
    }

    @Override
    public List<Need> alsoNeeds(SubscriptionWish wish) {
        return kept.alsoNeeds(wish);
    }

    @Override
    public NamedEntity create(Organization organization, SubscriptionWish wish) {
        requireSink(organization, wish);
        NamedEntity made = kept.create(organization, wish);
        changed(organization);
        return made;
    }

    @Override
    public NamedEntity update(Organization organization, String name, SubscriptionWish wish) {
        kept.find(organization, name);
        requireSink(organization, wish);
        NamedEntity updated = kept.update(organization, name, wish);
        changed(organization);
        triggers.removeSinksOf(
                organization,
                name,
                Optional.ofNullable(wish.sink())
                        .filter(sink -> !sink.url().isEmpty())
                        .map(sink -> SinkGates.path(organization, name, sink).name())
                        .orElse(""));
        return updated;
    }

    /// Who names a host that the operator lets nobody reach is told so at once.
    private void requireSink(Organization organization, SubscriptionWish wish) {
        if (wish.sink() == null || wish.sink().url().isEmpty()) {
            return;
        }
        try {
            sinks.gates().make(organization, wish.name(), wish.sink());
        } catch (Refused refused) {
            throw Rejection.of(
                    400, "bad request when processing subscription " + wish.name() + ": " + refused.reason());
        }
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
        triggers.removeOf(organization, name);
        return deleted;
    }
}
