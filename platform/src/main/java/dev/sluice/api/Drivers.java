package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gateway.Gateway;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Witness;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The event drivers of organizations: what is kept of them, and those that are at work.
///
/// Thread-safe.
final class Drivers implements Entities<DriverWish>, Handler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Drivers.class);

    private final KeptEntities<DriverWish> kept;
    private final OwnDrivers own;
    private final GuestDrivers guests;
    private final Predicate<Organization> admits;
    private final ConcurrentMap<String, Map<String, Busy>> busy = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Busy> byId = new ConcurrentHashMap<>();

    /// One driver at work.
    ///
    /// @param changedMillis tells it from what it was before
    /// @param organization  whose it is
    private record Busy(long changedMillis, Organization organization, AtWork work) {}

    /// @param admits  takes one of the requests that an organization may have at the gateway
    /// @param witness is told of drivers by which events may leave
    Drivers(
            LabeledFs fs,
            KeptEntities<DriverTypeWish> types,
            OwnDrivers own,
            GuestDrivers guests,
            Predicate<Organization> admits,
            Witness witness,
            InstantSource clock) {
        this.kept = new KeptEntities<>(fs, DriverWish.kind(types, witness), clock);
        this.own = own;
        this.guests = guests;
        this.admits = admits;
    }

    /// What is there has changed, or is to be gone on with after a restart.
    synchronized void changed(Organization organization) {
        Map<String, Busy> before = busy.getOrDefault(organization.token(), Map.of());
        var after = new HashMap<String, Busy>();
        Upkeep.of(organization, Resource.EVENT)
                .run(() -> kept.entities(organization))
                .forEach(entity -> {
                    Busy same = before.get(entity.id());
                    if (same != null && same.changedMillis() == entity.changedMillis()) {
                        after.put(entity.id(), same);
                    } else {
                        begin(organization, entity)
                                .map(work -> new Busy(entity.changedMillis(), organization, work))
                                .ifPresent(begun -> after.put(entity.id(), begun));
                    }
                });
        before.values().stream()
                .filter(one -> !after.containsValue(one))
                .forEach(one -> one.work().close());
        byId.putAll(after);
        before.keySet().stream().filter(id -> !after.containsKey(id)).forEach(byId::remove);
        busy.put(organization.token(), Map.copyOf(after));
    }

    private Optional<AtWork> begin(Organization organization, KeptEntity<DriverWish> entity) {
        try {
            Optional<OwnDriver> one = entity.wish().own();
            return one.isEmpty()
                    ? Optional.of(guests.begin(organization, entity))
                    : own.begin(organization, entity, one.get());
        } catch (Refused invalid) {
            LOG.warn("a driver that was made before means nothing any more: {}", invalid.refusal());
            return Optional.empty();
        }
    }

    synchronized void forget(Organization organization) {
        Map<String, Busy> gone = busy.getOrDefault(organization.token(), Map.of());
        byId.keySet().removeAll(gone.keySet());
        close(gone);
        busy.remove(organization.token());
    }

    @Override
    public synchronized void close() {
        busy.values().forEach(Drivers::close);
    }

    private static void close(Map<String, Busy> drivers) {
        drivers.values().forEach(one -> one.work().close());
    }

    /// Answers who asks a driver from outside, at `/driver/ORGANIZATION/ID`. One that is not there, is another
    /// organization's or is not to be asked look alike.
    @Override
    public Response handle(Request request) throws IOException, InterruptedException {
        String organization = request.segments().get(1);
        String id = request.segments().get(2);
        Optional<Busy> asked = Optional.ofNullable(byId.get(id))
                .filter(one -> one.organization().name().equals(organization));
        if (asked.isEmpty()) {
            return Gateway.nothingThere();
        }
        if (!admits.test(asked.get().organization())) {
            return Response.error(429, 429, "too many requests: try again in 1 s")
                    .with("Retry-After", "1");
        }
        return asked.get().work().answer(request).orElseGet(Gateway::nothingThere);
    }

    /// As it is at work.
    private KeptEntity.Seen seen(Organization organization, KeptEntity.Seen seen) {
        Map<String, Busy> drivers = busy.get(organization.token());
        Busy one = drivers == null ? null : drivers.get(seen.entity().id());
        if (one != null && one.work() instanceof GuestDriver guest) {
            return new KeptEntity.Seen(seen.entity(), guest.state(seen.state()));
        }
        if (drivers == null || seen.state().status() != KeptEntity.Status.READY) {
            return seen;
        }
        Optional<String> trouble =
                one == null ? Optional.of(DriverWish.NOT_AVAILABLE) : one.work().trouble();
        return trouble.map(why -> new KeptEntity.Seen(seen.entity(), DriverWish.notAvailable(why)))
                .orElse(seen);
    }

    /// The last that a driver printed; nothing from one of the server's own.
    ///
    /// @param needs who it is for may this
    record Printed(String log, List<Need> needs) {}

    /// @throws Refused `NOT_FOUND`, `DENIED`
    Printed printed(Organization organization, String name) {
        KeptEntity<DriverWish> entity = kept.entity(organization, name);
        String log = Optional.ofNullable(byId.get(entity.id()))
                .flatMap(one -> one.work().log())
                .orElse("");
        return new Printed(log, kept.alsoNeeds(entity.wish()));
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
        return seen(organization, kept.find(organization, name));
    }

    @Override
    public List<KeptEntity.Seen> list(Organization organization) {
        return kept.list(organization).stream()
                .map(one -> seen(organization, one))
                .toList();
    }

    @Override
    public NamedEntity delete(Organization organization, String name) {
        KeptEntity.Seen deleted = kept.delete(organization, name);
        changed(organization);
        own.forget(organization, deleted.entity().id());
        return deleted;
    }
}
