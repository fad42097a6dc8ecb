package dev.sluice.api;

import dev.sluice.acme.Certificates;
import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Traces;
import dev.sluice.kernel.Refused;
import dev.sluice.secret.Secret;
import dev.sluice.secret.Secrets;
import dev.sluice.store.StoreClosed;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.Credentials;
import dev.sluice.tls.CredentialsInvalid;
import dev.sluice.tls.SelfSigned;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the gateway show for each host that an organization has what that organization says: a certificate from its
/// secret, or a self-signed one. What is in a secret goes nowhere but to the TLS listener, and its key not further.
///
/// A secret that is changed counts after [#LOOK_PAUSE] at the latest, without a connection being dropped. One that
/// cannot be used leaves what was shown before, or a self-signed certificate where nothing was; [#fault] says so. A
/// host whose certificate is ordered is shown with a self-signed one until whoever orders it puts it into the table.
///
/// Thread-safe.
final class HostCertificates implements AutoCloseable {
    /// From one look at the secrets to the next.
    static final Duration LOOK_PAUSE = Duration.ofSeconds(10);

    /// The keys of a secret under which its certificates and its private key stand, in PEM.
    static final String CHAIN = "tls.crt";

    static final String KEY = "tls.key";

    /// Before a self-signed one expires.
    static final Duration RENEWED_BEFORE = Duration.ofDays(30);

    /// What is said of the server's own, and what to do.
    static final String SERVERS =
            "the host is this server's own, as its certificate names it: take another name, or ask the operator";

    private static final String ORDERED = "ordered";
    private static final Logger LOG = LoggerFactory.getLogger(HostCertificates.class);

    private final Certificates ordered;
    private final CertificateTable table;
    private final Secrets secrets;
    private final HostRecords records;
    private final InstantSource clock;
    private final ConcurrentMap<String, Showing> hosts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("certificates").factory());

    /// @param stamp of the version of the secret that it is from, or [#ORDERED]; empty for a self-signed one
    /// @param fault why this is not what was asked for; empty if it is
    private record Showing(Hosts.Held held, Credentials shown, String stamp, String fault) {
        boolean isSelfSigned() {
            return stamp.isEmpty();
        }
    }

    HostCertificates(Certificates ordered, Secrets secrets, HostRecords records, InstantSource clock) {
        this.ordered = ordered;
        this.records = records;
        this.table = ordered.table();
        this.secrets = secrets;
        this.clock = clock;
        long pause = LOOK_PAUSE.toMillis();
        var _ = looking.scheduleWithFixedDelay(this::lookIfPossible, pause, pause, TimeUnit.MILLISECONDS);
    }

    /// @throws Rejection 400 for a host that is the server's own, or a kind of certificate that it cannot order
    void requirePossible(HostWish wish) {
        if (isServers(wish.name())) {
            throw Rejection.of(400, SERVERS);
        }
        if (wish.tls().kind().equals(HostTls.ACME) && !ordered.isOrdering()) {
            throw Rejection.of(400, Certificates.NO_DIRECTORY);
        }
    }

    /// Whether the server shows a certificate of its own there, and no organization's.
    boolean isServers(String host) {
        return table.isOwn(host);
    }

    /// @param held absent for a host that nobody has any more
    void changed(String host, Optional<Hosts.Held> held) {
        held.filter(now -> now.tls().kind().equals(HostTls.ACME))
                .ifPresentOrElse(now -> ordered.want(now.organization().token(), host), () -> ordered.drop(host));
        hosts.compute(host, (_, before) -> {
            if (held.isEmpty()) {
                table.forget(host);
                return null;
            }
            Optional<Showing> same = Optional.ofNullable(before)
                    .filter(one -> one.held().organization().equals(held.get().organization()));
            return noted(same, shown(held.get(), same));
        });
    }

    private void lookIfPossible() {
        try {
            look();
        } catch (StoreClosed ended) {
            LOG.debug("looking at certificates ended with the server");
        } catch (RuntimeException failed) {
            LOG.warn("looking at certificates failed and is tried again", Traces.withoutTexts(failed));
        }
    }

    /// Looks at the secrets again, and at what is about to expire.
    void look() {
        hosts.replaceAll((_, before) -> noted(Optional.of(before), shown(before.held(), Optional.of(before))));
    }

    /// Another certificate than before goes on record; after a start, the first is the one from before.
    private Showing noted(Optional<Showing> before, Showing now) {
        if (before.filter(one -> one.shown() != now.shown()
                        && !one.shown().fingerprint().equals(now.shown().fingerprint()))
                .isPresent()) {
            records.certified(now.held(), now.shown());
        }
        return now;
    }

    HostRecords records() {
        return records;
    }

    /// Whether a host has something to show.
    boolean isShown(String host) {
        return hosts.containsKey(host);
    }

    /// Whether a host shows what it should, and why it does not.
    KeptEntity.State state(String host) {
        if (ordered.isFirstOrder(host)) {
            return new KeptEntity.State(KeptEntity.Status.CREATING, List.of("a certificate is being ordered"));
        }
        return fault(host)
                .map(why -> new KeptEntity.State(KeptEntity.Status.ERROR, List.of(why)))
                .orElse(KeptEntity.State.of(KeptEntity.Status.READY));
    }

    private Optional<String> fault(String host) {
        return Optional.ofNullable(hosts.get(host))
                .map(Showing::fault)
                .filter(why -> !why.isEmpty())
                .or(() -> ordered.problem(host));
    }

    private Showing shown(Hosts.Held held, Optional<Showing> before) {
        return switch (held.tls().kind()) {
            case HostTls.SECRET -> ofSecret(held, before);
            case HostTls.ACME -> {
                Credentials now = table.of(held.host())
                        .orElseGet(() -> selfSigned(held, Optional.empty(), "").shown());
                yield new Showing(held, now, ORDERED, "");
            }
            default -> selfSigned(held, before, "");
        };
    }

    private Showing ofSecret(Hosts.Held held, Optional<Showing> before) {
        String name = held.tls().secret();
        Optional<Secret> secret = secret(held);
        if (secret.isEmpty()) {
            return unchanged(held, before, "there is no secret " + name + " that opens: create it");
        }
        String stamp = secret.get().id() + "/" + secret.get().version();
        Optional<Showing> same = before.filter(one -> one.stamp().equals(stamp));
        try {
            Credentials found = same.isPresent() ? same.get().shown() : parse(secret.get());
            found.requireFor(held.host(), clock.instant());
            show(held.host(), found);
            return new Showing(held, found, stamp, "");
        } catch (CredentialsInvalid unfit) {
            return unchanged(held, before, "secret " + name + ": " + unfit.getMessage());
        }
    }

    private static Credentials parse(Secret secret) throws CredentialsInvalid {
        return Credentials.parse(
                secret.values().getOrDefault(CHAIN, ""), secret.values().getOrDefault(KEY, ""));
    }

    private Showing unchanged(Hosts.Held held, Optional<Showing> before, String why) {
        String isShown = before.filter(one -> !one.isSelfSigned()).isPresent()
                ? "; the certificate from before is shown"
                : "; a self-signed certificate is shown";
        return before.filter(one -> !one.isSelfSigned())
                .map(one -> new Showing(held, one.shown(), one.stamp(), why + isShown))
                .orElseGet(() -> selfSigned(held, before, why + isShown));
    }

    private Showing selfSigned(Hosts.Held held, Optional<Showing> before, String fault) {
        Instant now = clock.instant();
        Optional<Credentials> good = before.filter(Showing::isSelfSigned)
                .map(Showing::shown)
                .filter(one -> one.notAfter().isAfter(now.plus(RENEWED_BEFORE)));
        Credentials shown = good.orElseGet(() -> SelfSigned.of(held.host(), now));
        show(held.host(), shown);
        return new Showing(held, shown, "", fault);
    }

    private void show(String host, Credentials credentials) {
        if (table.of(host).filter(now -> now == credentials).isEmpty()) {
            table.serve(host, credentials);
        }
    }

    private Optional<Secret> secret(Hosts.Held held) {
        String name = held.tls().secret();
        try {
            return Optional.of(Upkeep.guarding(held.organization(), name)
                    .run(() -> secrets.read(held.organization().principal(), name)));
        } catch (Refused none) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
