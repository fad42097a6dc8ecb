package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Gates;
import dev.sluice.gateway.AccessLog;
import dev.sluice.gateway.Endpoint;
import dev.sluice.gateway.Gateway;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The APIs of organizations, as they are kept and as the gateway serves them. What was answered READY, or that it is
/// gone, is so at the gateway. Thread-safe.
final class ServedApis implements Entities<ApiWish>, AutoCloseable {
    private static final List<String> TLS = List.of("https");

    private final KeptEntities<ApiWish> kept;
    private final PublicGates gates;
    private final ApiTargets targets;
    private final Gateway gateway;
    private final Entrances entrances;
    private final Taking taking;
    private final Hosts hosts;
    private final CreationLocks changing = new CreationLocks();

    ServedApis(
            LabeledFs fs,
            Gates gates,
            Functions functions,
            FunctionVersions versions,
            Gateway gateway,
            Entrances entrances,
            Taking taking,
            Hosts hosts,
            InstantSource clock) {
        this.kept = new KeptEntities<>(fs, ApiWish.KIND, clock);
        this.gates = new PublicGates(fs, gates);
        this.targets = new ApiTargets(this.gates, functions, versions, changing, this::isThere);
        versions.follow(this::followAlias);
        this.gateway = gateway;
        this.entrances = entrances;
        this.taking = taking;
        this.hosts = hosts;
    }

    /// What becomes of their requests.
    AccessLog log() {
        return gateway.log();
    }

    /// What runs behind each.
    ApiTargets targets() {
        return targets;
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
            targets.requireThere(organization, wish);
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
            targets.requireThere(organization, wish);
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
        return seen(organization, kept.find(organization, name));
    }

    @Override
    public List<KeptEntity.Seen> list(Organization organization) {
        return kept.list(organization).stream()
                .map(api -> seen(organization, api))
                .toList();
    }

    /// One whose host was freed or lost is not READY.
    private KeptEntity.Seen seen(Organization organization, KeptEntity.Seen api) {
        return hosts.lack(organization, (ApiWish) api.entity().wish())
                .map(why -> new KeptEntity.State(KeptEntity.Status.ERROR, List.of(why)))
                .map(state -> new KeptEntity.Seen(api.entity(), state))
                .orElse(api);
    }

    @Override
    public NamedEntity delete(Organization organization, String name) {
        NamedEntity deleted = changed(organization, () -> {
            NamedEntity gone = kept.delete(organization, name);
            gates.remove(organization, name);
            return gone;
        });
        gateway.log().forget(organization.token(), name);
        return deleted;
    }

    /// After a restart.
    void recover(Organization organization) {
        hosts.recover(organization);
        ReentrantLock lock = changing.of(organization);
        lock.lock();
        try {
            serve(organization);
            leading(organization).forEach(wish -> targets.forgetOthers(organization, wish));
        } finally {
            lock.unlock();
        }
    }

    /// What an alias names no more is led to no more.
    private void followAlias(Organization organization, String function) {
        ReentrantLock lock = changing.of(organization);
        lock.lock();
        try {
            leading(organization).stream()
                    .filter(wish -> wish.function().equals(function))
                    .forEach(wish -> targets.forgetOthers(organization, wish));
        } finally {
            lock.unlock();
        }
    }

    private List<ApiWish> leading(Organization organization) {
        return Upkeep.of(organization, Resource.API).run(() -> wishes(organization)).stream()
                .filter(ApiWish::enabled)
                .toList();
    }

    void forget(Organization organization) {
        hosts.forget(organization);
        gateway.serve(organization.name(), List.of());
        gateway.log().keep(organization.token(), Map.of());
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

    private void lead(Organization organization, ApiWish wish) {
        if (wish.enabled()) {
            targets.lead(organization, wish);
        }
    }

    private List<ApiWish> wishes(Organization organization) {
        return kept.entities(organization).stream().map(KeptEntity::wish).toList();
    }

    private void serve(Organization organization) {
        List<ApiWish> all = Upkeep.of(organization, Resource.API).run(() -> wishes(organization));
        gateway.log().keep(organization.token(), sources(organization, all));
        gateway.serve(
                organization.name(),
                all.stream()
                        .filter(ApiWish::enabled)
                        .map(wish -> endpoint(organization, wish))
                        .toList());
    }

    private static Map<FsPath, AccessLog.Source> sources(Organization organization, List<ApiWish> all) {
        return all.stream()
                .collect(Collectors.toMap(
                        wish -> PublicGates.path(organization, wish),
                        wish -> new AccessLog.Source(
                                organization.token(), wish.name(), AccessLogRoutes.label(organization, wish))));
    }

    private Endpoint endpoint(Organization organization, ApiWish wish) {
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
                targets.behind(organization, wish),
                wish.terms().routing().served(wish.terms().cache()));
    }

    /// Whether the API is what it was when it was served: nothing is to be made for one that is gone.
    private boolean isThere(Organization organization, ApiWish wish) {
        return Upkeep.of(organization, Resource.API)
                .run(() -> kept.ifThere(organization, wish.name()).filter(wish::equals))
                .isPresent();
    }
}
