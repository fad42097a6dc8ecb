package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Gates;
import dev.sluice.gateway.Endpoint;
import dev.sluice.gateway.Gateway;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The APIs of organizations, as they are kept and as the gateway serves them. What was answered READY, or that it is
/// gone, is so at the gateway. Thread-safe.
final class ServedApis implements Entities<ApiWish>, AutoCloseable {
    private static final List<String> TLS = List.of("https");

    private final KeptEntities<ApiWish> kept;
    private final PublicGates gates;
    private final Functions functions;
    private final Gateway gateway;
    private final Entrances entrances;
    private final Taking taking;
    private final Hosts hosts;
    private final CreationLocks changing = new CreationLocks();

    ServedApis(
            LabeledFs fs,
            Gates gates,
            Functions functions,
            Gateway gateway,
            Entrances entrances,
            Taking taking,
            Hosts hosts,
            InstantSource clock) {
        this.kept = new KeptEntities<>(fs, ApiWish.KIND, clock);
        this.gates = new PublicGates(fs, gates);
        this.functions = functions;
        this.gateway = gateway;
        this.entrances = entrances;
        this.taking = taking;
        this.hosts = hosts;
    }

    /// Those that APIs may be served for.
    Hosts hosts() {
        return hosts;
    }

    @Override
    public ApiWish parse(Bytes body) {
        return kept.parse(body);
    }

    @Override
    public String name(ApiWish wish) {
        return kept.name(wish);
    }

    @Override
    public List<Need> alsoNeeds(ApiWish wish) {
        return kept.alsoNeeds(wish);
    }

    @Override
    public NamedEntity create(Organization organization, ApiWish wish) {
        return changed(organization, () -> {
            requireAlone(organization, wish, _ -> true);
            hosts.requireHeld(organization, wish);
            entrances.requireUsable(organization, wish);
            NamedEntity made = kept.create(organization, wish);
            lead(organization, wish);
            return made;
        });
    }

    @Override
    public NamedEntity update(Organization organization, String name, ApiWish wish) {
        return changed(organization, () -> {
            kept.find(organization, name);
            requireAlone(organization, wish, other -> !other.name().equals(name));
            hosts.requireHeld(organization, wish);
            entrances.requireUsable(organization, wish);
            if (wish.isGuarded()) {
                gates.removeOpen(organization, name); // before: a crash in between leaves no way around
            }
            NamedEntity updated = kept.update(organization, name, wish);
            gates.remove(organization, name);
            lead(organization, wish);
            return updated;
        });
    }

    /// As its author said it.
    ///
    /// @throws Refused `NOT_FOUND`
    ApiWish wish(Organization organization, String name) {
        return kept.ifThere(organization, name).orElseThrow(Refused::notFound);
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
        return changed(organization, () -> {
            NamedEntity deleted = kept.delete(organization, name);
            gates.remove(organization, name);
            return deleted;
        });
    }

    /// After a restart.
    void recover(Organization organization) {
        hosts.recover(organization);
        ReentrantLock lock = changing.of(organization);
        lock.lock();
        try {
            serve(organization);
        } finally {
            lock.unlock();
        }
    }

    void forget(Organization organization) {
        hosts.forget(organization);
        gateway.serve(organization.name(), List.of());
    }

    @Override
    public void close() {
        hosts.close();
    }

    private NamedEntity changed(Organization organization, Supplier<NamedEntity> change) {
        ReentrantLock lock = changing.of(organization);
        lock.lock();
        try {
            return change.get();
        } finally {
            serve(organization);
            lock.unlock();
        }
    }

    /// Of two that take the same request nobody could tell which answers.
    private void requireAlone(Organization organization, ApiWish wish, Predicate<ApiWish> others) {
        if (!wish.enabled()) {
            return;
        }
        ApiWish complete = wish.under(organization);
        wishes(organization).stream()
                .filter(others)
                .filter(ApiWish::enabled)
                .filter(complete::overlaps)
                .findFirst()
                .ifPresent(other -> {
                    throw Rejection.of(
                            409,
                            "API " + other.name() + " takes requests of the same path and method: give this one another"
                                    + " path, method or host, or delete or disable the other");
                });
    }

    /// Where the function is not there yet, the first request does, unless secrets are released, which only who may
    /// read
    /// them does.
    private void lead(Organization organization, ApiWish wish) {
        if (wish.enabled()) {
            try {
                gates.lead(organization, wish);
            } catch (Refused notThere) {
                if (notThere.refusal() != Refusal.NOT_FOUND) {
                    throw notThere;
                }
            }
        }
    }

    private List<ApiWish> wishes(Organization organization) {
        return kept.entities(organization).stream().map(KeptEntity::wish).toList();
    }

    private void serve(Organization organization) {
        List<ApiWish> all = Upkeep.of(organization, Resource.API).run(() -> wishes(organization));
        gateway.serve(
                organization.name(),
                all.stream()
                        .filter(ApiWish::enabled)
                        .map(wish -> endpoint(organization, wish))
                        .toList());
    }

    private Endpoint endpoint(Organization organization, ApiWish wish) {
        var led = new AtomicReference<>("");
        return new Endpoint(
                wish.function(),
                PublicGates.path(organization, wish),
                wish.hosts(),
                wish.servedUris(),
                wish.methods(),
                wish.protocols().equals(TLS),
                wish.cors(),
                wish.isHidingFailures(),
                entrances.access(organization, wish),
                taking.of(organization, wish.terms()),
                isLost -> behind(organization, wish, isLost, led));
    }

    /// A gate keeps what it leads to, so that one to a function that was deleted and made again runs the old one: which
    /// it was led to is compared each time.
    ///
    /// @param led the id of the function that the gate was last seen to lead to
    private Optional<Endpoint.Called> behind(
            Organization organization, ApiWish wish, boolean isLost, AtomicReference<String> led)
            throws InterruptedException {
        Optional<Functions.Target> target =
                functions.builtTarget(organization, wish.function()).filter(Functions.Target::isReady);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        String id = target.get().id();
        if (isLost || !id.equals(led.get())) {
            boolean isLed = wish.terms().answers().releases().isEmpty()
                    ? isLedAnew(organization, wish, isLost)
                    : isLed(organization, wish);
            if (!isLed) {
                return Optional.empty();
            }
            led.set(id);
        }
        return Optional.of(new Endpoint.Called(id, target.get().faasId()));
    }

    /// Whether the API is what it was when it was served: nothing is to be made for one that is gone.
    private boolean isThere(Organization organization, ApiWish wish) {
        return Upkeep.of(organization, Resource.API)
                .run(() -> kept.ifThere(organization, wish.name()).filter(wish::equals))
                .isPresent();
    }

    /// @param isToChange whether it is of no use if the gate led there already
    private boolean isLedAnew(Organization organization, ApiWish wish, boolean isToChange) {
        ReentrantLock lock = changing.of(organization); // or a gate would outlive its API
        lock.lock();
        try {
            return isThere(organization, wish) && (gates.lead(organization, wish) || !isToChange);
        } catch (Refused notThere) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a request would run the function that the API was made for, if that is READY.
    boolean isCurrent(Organization organization, ApiWish wish) {
        return wish.terms().answers().releases().isEmpty() || isLed(organization, wish);
    }

    private boolean isLed(Organization organization, ApiWish wish) {
        try {
            return gates.leads(organization, wish);
        } catch (Refused notThere) {
            return false;
        }
    }
}
