package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.LabeledFs;
import dev.sluice.host.HostClaims;
import dev.sluice.host.HostName;
import dev.sluice.host.HostProofs;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The hosts of organizations. A wish holds nothing, and keeps nobody from anything: who shows first that the name is
/// his has it, until he deletes it. Whether another has it is told to nobody.
///
/// Thread-safe.
final class Hosts implements Entities<HostWish>, AutoCloseable {
    /// How long one is looked for after the last change.
    static final Duration LOOKED_FOR = Duration.ofDays(14);

    private final KeptEntities<HostWish> kept;
    private final HostClaims claims;
    private final HostProofs proofs;
    private final HostChecks checks;
    private final HostCertificates certificates;
    private final InstantSource clock;
    private final CreationLocks changing = new CreationLocks();
    private final ConcurrentMap<String, Held> held = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /// A host that an organization has.
    record Held(String host, Organization organization, HostTls tls) {}

    Hosts(LabeledFs fs, HostClaims claims, HostProofs proofs, HostCertificates certificates, InstantSource clock) {
        this.kept = new KeptEntities<>(fs, HostWish.KIND, clock);
        this.claims = claims;
        this.proofs = proofs;
        this.certificates = certificates;
        this.clock = clock;
        this.checks = new HostChecks(proofs, this::shown, System::nanoTime);
    }

    /// All that organizations have.
    Collection<Held> held() {
        return List.copyOf(held.values());
    }

    Optional<Held> held(String host) {
        return Optional.ofNullable(held.get(host));
    }

    /// The name of the organization that has it.
    ///
    /// @param host in lower case
    Optional<String> holder(String host) {
        return claims.holder(host).map(HostClaims.Holder::name);
    }

    boolean isHeldBy(Organization organization, String host) {
        return claims.holder(host).filter(holder(organization)::equals).isPresent();
    }

    /// Whether another has a host, or nobody, is not told.
    ///
    /// @throws Rejection 400 for an API that is to be served at a host that the organization does not have
    void requireHeld(Organization organization, ApiWish api) {
        missing(organization, api).findFirst().ifPresent(host -> {
            throw api.unserved("your organization does not have the host " + host + ": " + howToHave(host)
                    + "; or keep the API disabled");
        });
    }

    private static String howToHave(String host) {
        return "sluice create host " + host + " asks for it, and sluice get host " + host
                + " tells what to do until it is READY";
    }

    /// Those of an API that is to be served that the organization does not have, or has no more.
    Stream<String> missing(Organization organization, ApiWish api) {
        return api.hosts().stream().filter(host -> api.enabled() && !isHeldBy(organization, host));
    }

    /// Why an API is not served at a host that it names; nothing if it is at all of them. Whether another has it is not
    /// told.
    Optional<String> lack(Organization organization, ApiWish api) {
        return missing(organization, api)
                .findFirst()
                .map(host -> "it is not served at " + host + ", which your organization does not have any more: "
                        + howToHave(host) + "; or update the API without it, or with --disable");
    }

    /// Tells of each host that is had from now on, is had no more, or shows another certificate. Called while the
    /// organization's hosts cannot change: it must not wait for long.
    void listen(Consumer<String> listener) {
        listeners.add(listener);
    }

    private void tell(String host) {
        certificates.changed(host, held(host));
        listeners.forEach(listener -> listener.accept(host));
    }

    private static HostClaims.Holder holder(Organization organization) {
        return new HostClaims.Holder(organization.token(), organization.name());
    }

    /// After a restart, once for each organization.
    void recover(Organization organization) {
        locked(organization, () -> {
            List<HostWish> wishes =
                    Upkeep.of(organization, Resource.API).run(() -> kept.entities(organization)).stream()
                            .map(KeptEntity::wish)
                            .toList();
            Set<String> wanted = wishes.stream().map(HostWish::name).collect(Collectors.toCollection(HashSet::new));
            claims.of(organization.token()).stream()
                    .filter(host -> !wanted.contains(host.text()))
                    .forEach(host -> free(organization, host));
            wishes.forEach(wish -> begin(organization, wish));
            return wanted;
        });
    }

    /// After a restart, with all organizations that there are.
    void retain(Collection<Organization> organizations) {
        claims.retain(organizations.stream().map(Organization::token).collect(Collectors.toUnmodifiableSet()));
    }

    void forget(Organization organization) {
        locked(organization, () -> {
            checks.endAll(organization);
            claims.of(organization.token()).forEach(host -> free(organization, host));
            return organization;
        });
    }

    private void begin(Organization organization, HostWish wish) {
        if (certificates.isServers(wish.name())) {
            checks.end(organization, wish.name());
            free(organization, wish.host());
            return;
        }
        boolean isTaken = proofs.isWaived() && take(organization, wish);
        if (isTaken || isHeldBy(organization, wish.name())) {
            checks.end(organization, wish.name());
            var now = new Held(wish.name(), organization, wish.tls());
            if (now.equals(held.put(wish.name(), now))) {
                certificates.changed(wish.name(), Optional.of(now)); // its secret may have been
            } else {
                tell(wish.name());
            }
        } else {
            checks.begin(organization, wish);
        }
    }

    private boolean take(Organization organization, HostWish wish) {
        boolean isNew = !isHeldBy(organization, wish.name());
        boolean isTaken = claims.take(wish.host(), holder(organization));
        if (isTaken && isNew) {
            certificates.records().gained(organization, wish.name(), proofs.isWaived() ? "waived" : wish.proof());
        }
        return isTaken;
    }

    private void free(Organization organization, HostName host) {
        if (isHeldBy(organization, host.text())) {
            certificates.records().lost(organization, host.text());
        }
        claims.release(host, organization.token());
        Held had = held.get(host.text());
        if (had != null && had.organization().token().equals(organization.token()) && held.remove(host.text(), had)) {
            tell(host.text());
        }
    }

    /// It is the organization's, unless another has it, or he has changed his mind meanwhile.
    private void shown(Organization organization, HostWish wish) {
        locked(organization, () -> {
            Optional<KeptEntity<HostWish>> entity = Upkeep.of(organization, Resource.API)
                    .run(() -> kept.entityIfThere(organization, wish.name()))
                    .filter(one -> one.wish().equals(wish));
            if (entity.isEmpty() || isLate(entity.get()) || !checks.isSought(organization, wish)) {
                checks.end(organization, wish.name());
            } else if (take(organization, wish)) {
                begin(organization, wish);
            }
            return wish;
        });
    }

    private boolean isLate(KeptEntity<?> entity) {
        return clock.millis() - entity.changedMillis() > LOOKED_FOR.toMillis();
    }

    private <T> T locked(Organization organization, Supplier<T> body) {
        ReentrantLock lock = changing.of(organization);
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    private KeptEntity.Seen seen(Organization organization, KeptEntity.Seen host) {
        return new KeptEntity.Seen(host.entity(), state(organization, host.entity()));
    }

    private KeptEntity.State state(Organization organization, KeptEntity<?> entity) {
        var wish = (HostWish) entity.wish();
        if (isHeldBy(organization, wish.name()) && certificates.isShown(wish.name())) {
            return certificates.state(wish.name());
        }
        boolean isServers = certificates.isServers(wish.name());
        if (isServers || isLate(entity)) {
            String why = isServers ? HostCertificates.SERVERS : wish.late(LOOKED_FOR);
            return new KeptEntity.State(KeptEntity.Status.ERROR, List.of(why));
        }
        return new KeptEntity.State(KeptEntity.Status.PROVING, List.of(wish.todo()));
    }

    @Override
    public HostWish parse(Bytes body) {
        return kept.parse(body);
    }

    @Override
    public String name(HostWish wish) {
        return kept.name(wish);
    }

    @Override
    public List<Need> alsoNeeds(HostWish wish) {
        return kept.alsoNeeds(wish);
    }

    @Override
    public NamedEntity create(Organization organization, HostWish wish) {
        certificates.requirePossible(wish);
        return locked(organization, () -> {
            KeptEntity.Seen made = kept.create(organization, wish);
            begin(organization, wish);
            return seen(organization, made);
        });
    }

    @Override
    public NamedEntity update(Organization organization, String name, HostWish wish) {
        certificates.requirePossible(wish);
        return locked(organization, () -> {
            HostWish same = wish.with(kept.entity(organization, name).wish().challenge());
            KeptEntity.Seen updated = kept.update(organization, name, same);
            begin(organization, same);
            return seen(organization, updated);
        });
    }

    @Override
    public KeptEntity.Seen find(Organization organization, String name) {
        return seen(organization, kept.find(organization, name));
    }

    @Override
    public List<KeptEntity.Seen> list(Organization organization) {
        return kept.list(organization).stream()
                .map(host -> seen(organization, host))
                .toList();
    }

    @Override
    public NamedEntity delete(Organization organization, String name) {
        return locked(organization, () -> {
            KeptEntity.Seen deleted = kept.delete(organization, name);
            checks.end(organization, name);
            free(organization, new HostName(name));
            return deleted;
        });
    }

    @Override
    public void close() {
        checks.close();
        certificates.close();
    }
}
