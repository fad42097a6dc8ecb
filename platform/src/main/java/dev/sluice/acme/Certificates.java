package dev.sluice.acme;

import dev.sluice.bytes.Traces;
import dev.sluice.http.Handler;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.Credentials;
import dev.sluice.tls.CredentialsInvalid;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has hosts show certificates that an authority signed: those that were ordered before, from the start, and others
/// when two thirds of their time are over. What is there is shown until there is something newer.
///
/// An order that fails is tried again after [Pace#first], then each time after twice as long up to [Pace#most], and
/// not before the authority wants, as far as that is within [#ASKED_TO_WAIT_MAX]. One order at a time of an
/// organization, [#AT_ONCE] of all.
///
/// Thread-safe. Without settings nothing is ordered, and nobody is contacted.
public final class Certificates implements AutoCloseable {
    static final int AT_ONCE = 4;
    static final Duration ASKED_TO_WAIT_MAX = Duration.ofDays(7);

    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
    private static final Duration TURN = Duration.ofMillis(250);

    /// So that hosts which were ordered together are not renewed together: a thirtieth of a certificate's time.
    private static final int SPREAD = 30;

    private static final int DOUBLED_MAX = 20;
    private static final String UNUSABLE = "what the certificate authority sent cannot be used";

    /// What is said where nothing can be ordered, and what to do.
    public static final String NO_DIRECTORY = "no certificate can be ordered: this server's operator has not said where"
            + " (./sluice up " + AcmeSettings.DIRECTORY + "); ask him, or give the host another kind of tls";

    private final Optional<Ordering> ordering;
    private final KeyFiles files;
    private final Challenges challenges = new Challenges();
    private final CertificateTable table;
    private final Clock clock;
    private final Pace pace;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentMap<String, Wanted> wanted = new ConcurrentHashMap<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final ScheduledExecutorService turns = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("certificates").factory());
    private final ExecutorService orders = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("certificate-order-", 0).factory());

    /// How long is waited.
    ///
    /// @param first after a failure
    /// @param most  after many
    /// @param least from one certificate of a host to the next, however short its time is
    record Pace(Duration first, Duration most, Duration least) {
        static final Pace USUAL = new Pace(Duration.ofMinutes(2), Duration.ofHours(6), Duration.ofMinutes(5));
    }

    /// A host, and how its order stands.
    ///
    /// @param shown    what it shows by this
    /// @param problem  for its organization; empty if all is well
    /// @param failures one after the other
    private record Wanted(
            String organization, Optional<Credentials> shown, String problem, int failures, Instant due) {}

    public Certificates(Path data, Optional<AcmeSettings> settings, CertificateTable table, Clock clock) {
        this(data, settings, table, clock, Pace.USUAL);
    }

    Certificates(Path data, Optional<AcmeSettings> settings, CertificateTable table, Clock clock, Pace pace) {
        this.files = new KeyFiles(data.resolve("acme"));
        this.ordering = settings.map(its -> new Ordering(its, files, challenges, table, clock));
        this.table = table;
        this.clock = clock;
        this.pace = pace;
        var _ = turns.scheduleWithFixedDelay(this::turn, TURN.toNanos(), TURN.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Where certificates are put.
    public CertificateTable table() {
        return table;
    }

    /// Whether the operator has said where.
    public boolean isOrdering() {
        return ordering.isPresent();
    }

    /// Answers challenges before the other is asked.
    public Handler before(Handler other) {
        return challenges.before(other);
    }

    /// From now on the host is this organization's, and shows an ordered certificate. Must have been proven.
    public synchronized void want(String organization, String host) {
        Wanted before = wanted.get(host);
        if (before != null && before.organization().equals(organization)) {
            return;
        }
        if (before != null) {
            drop(host);
        }
        Instant now = clock.instant();
        Optional<Credentials> kept =
                files.certified(KeyFiles.name(organization, host)).filter(its -> isGood(its, host, now));
        kept.ifPresent(its -> table.serve(host, its));
        String problem = kept.isPresent() || ordering.isPresent() ? "" : NO_DIRECTORY;
        Instant due = kept.map(this::renewal).orElse(now);
        wanted.put(host, new Wanted(organization, kept, problem, 0, due));
    }

    private static boolean isGood(Credentials kept, String host, Instant now) {
        try {
            kept.requireFor(host, now);
            return true;
        } catch (CredentialsInvalid over) {
            LOG.debug("a certificate is over", over);
            return false;
        }
    }

    /// From now on the host shows nothing that was ordered, and its keys are deleted.
    public synchronized void drop(String host) {
        Wanted was = wanted.remove(host);
        if (was == null) {
            return;
        }
        if (was.shown().isPresent() && table.of(host).equals(was.shown())) {
            table.forget(host);
        }
        try {
            files.forget(KeyFiles.name(was.organization(), host));
        } catch (IOException failed) {
            LOG.warn("keys of a host that was deleted are still there, until the next start", failed);
        }
    }

    /// After a start, when all hosts were wanted that there are: deletes the keys of others.
    public synchronized void tidy() throws IOException {
        files.retain(wanted.entrySet().stream()
                .map(one -> KeyFiles.name(one.getValue().organization(), one.getKey()))
                .collect(Collectors.toUnmodifiableSet()));
    }

    /// Whether a wanted host has none yet, and nothing has gone wrong.
    public boolean isFirstOrder(String host) {
        Wanted one = wanted.get(host);
        return one != null && one.shown().isEmpty() && one.problem().isEmpty();
    }

    /// What keeps a wanted host from showing a certificate with time left, or from getting the next one; for its
    /// organization.
    public Optional<String> problem(String host) {
        Wanted one = wanted.get(host);
        if (one == null || one.problem().isEmpty()) {
            return Optional.empty();
        }
        String until = one.shown()
                .map(its -> "the certificate is shown until " + its.notAfter() + ", and is to be renewed: ")
                .orElse("");
        return Optional.of(until + one.problem());
    }

    /// Two thirds of a certificate's time, or a little before.
    private Instant renewal(Credentials credentials) {
        Duration time = Duration.between(credentials.notBefore(), credentials.notAfter());
        Duration spread = time.dividedBy(SPREAD);
        long earlier = (long) (spread.toMillis() * random.nextDouble());
        return credentials.notBefore().plus(time.multipliedBy(2).dividedBy(3)).minusMillis(earlier);
    }

    private void turn() {
        if (ordering.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        wanted.entrySet().stream()
                .filter(one -> !one.getValue().due().isAfter(now))
                .sorted(Comparator.comparing(one -> one.getValue().due()))
                .forEach(one -> begin(ordering.get(), one.getKey(), one.getValue()));
    }

    private void begin(Ordering at, String host, Wanted one) {
        if (busy.contains(one.organization()) || !room.tryAcquire()) {
            return;
        }
        busy.add(one.organization()); // by this thread alone
        orders.execute(() -> {
            try {
                order(at, host, one);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } finally {
                busy.remove(one.organization());
                room.release();
            }
        });
    }

    private void order(Ordering at, String host, Wanted one) throws InterruptedException {
        Optional<OrderFailed> failed = Optional.of(new OrderFailed(UNUSABLE)); // should there be an Error
        try {
            String name = KeyFiles.name(one.organization(), host);
            KeyPair pair = files.next(name);
            String certificates = at.certificates(host, pair, one.failures() % 2 == 1);
            Credentials fresh = Credentials.parse(certificates, KeyFiles.text(pair));
            fresh.requireFor(host, clock.instant());
            succeeded(host, one.organization(), fresh, () -> files.keep(name, pair, certificates));
            failed = Optional.empty();
        } catch (OrderFailed its) {
            failed = Optional.of(its);
        } catch (CredentialsInvalid wrong) {
            failed = Optional.of(new OrderFailed(UNUSABLE + ": " + wrong.getMessage()));
        } catch (IOException | RuntimeException disk) {
            LOG.warn("a certificate could not be kept", Traces.withoutTexts(disk));
            failed = Optional.of(new OrderFailed("this server cannot keep keys: tell its operator"));
        } finally {
            failed.ifPresent(its -> failed(host, one.organization(), its));
        }
    }

    private interface Keeping {
        void keep() throws IOException;
    }

    /// Who gave the host away meanwhile, or deleted it, shows nothing.
    private synchronized void succeeded(String host, String organization, Credentials fresh, Keeping keeping)
            throws IOException {
        Wanted now = wanted.get(host);
        if (now == null || !now.organization().equals(organization)) {
            files.forget(KeyFiles.name(organization, host));
            return;
        }
        keeping.keep();
        table.serve(host, fresh);
        Instant soonest = clock.instant().plus(pace.least());
        Instant due = renewal(fresh);
        wanted.put(host, new Wanted(organization, Optional.of(fresh), "", 0, due.isBefore(soonest) ? soonest : due));
    }

    private synchronized void failed(String host, String organization, OrderFailed failed) {
        Wanted now = wanted.get(host);
        if (now == null || !now.organization().equals(organization)) {
            return;
        }
        Instant due = again(now.failures(), failed.notBefore());
        String problem = failed.text() + "; tried again at " + due.truncatedTo(ChronoUnit.SECONDS);
        wanted.put(host, new Wanted(organization, now.shown(), problem, now.failures() + 1, due));
    }

    private Instant again(int failures, Optional<Instant> wished) {
        Duration doubled = pace.first().multipliedBy(1L << Math.min(failures, DOUBLED_MAX));
        Duration pause = doubled.compareTo(pace.most()) < 0 ? doubled : pace.most();
        long jitter = (long) (pause.toMillis() * random.nextDouble() / 4);
        Instant now = clock.instant();
        Instant own = now.plus(pause).plusMillis(jitter);
        Instant latest = now.plus(ASKED_TO_WAIT_MAX);
        Instant asked = wished.filter(own::isBefore).orElse(own);
        return asked.isAfter(latest) ? latest : asked;
    }

    @Override
    public void close() {
        ordering.ifPresent(Ordering::end);
        turns.shutdownNow();
        orders.shutdownNow();
    }
}
