package dev.sluice.api;

import dev.sluice.authn.Login;
import dev.sluice.bytes.Bytes;
import dev.sluice.event.EventErasure;
import dev.sluice.fs.Estates;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gateway.AccessErasure;
import dev.sluice.meter.Ledger;
import dev.sluice.org.Departed;
import dev.sluice.org.Organization;
import dev.sluice.run.RunErasure;
import dev.sluice.run.Runs;
import dev.sluice.secret.DataKeys;
import dev.sluice.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes all that deleted organizations leave behind: guests, runs, sessions, the key of their secrets, and what
/// stands in the file system.
///
/// An organization is deleted first, in one durable step: from then on nobody is of it. What follows may be broken off
/// anywhere: it is done again after a restart, and once more when every request, run and upload has ended that was
/// under way when the organization was deleted.
///
/// Thread-safe.
public final class Departures {
    /// Longer than anything lasts that somebody had begun before.
    static final Duration GRACE = Duration.ofHours(1);

    /// How soon what failed is tried again at first; then later and later, until it is tried once in [#GRACE].
    static final Duration TRY_AGAIN = Duration.ofMinutes(1);

    private static final Set<Bytes> EVERYWHERE = Set.of(Bytes.EMPTY);

    private static final Logger LOG = LoggerFactory.getLogger(Departures.class);

    private final Departed departed;
    private final Parts parts;
    private final InstantSource clock;

    /// Where something was removed of which organization. Unknown after a restart.
    private final Map<String, Set<Bytes>> begun = new ConcurrentHashMap<>();

    /// The organizations whose removal has failed.
    private final Map<String, Failure> failures = new ConcurrentHashMap<>();

    /// @param pause how long was waited, or is now
    private record Failure(Duration pause, Instant notBefore) {}

    /// Its guests.
    ///
    /// @param guests ends all guests of the organization of that token
    /// @param ledger what they used
    public record Used(Consumer<String> guests, Ledger ledger) {}

    /// Where an organization leaves something.
    public record Parts(
            Store store,
            Estates estates,
            Runs runs,
            RunErasure records,
            EventErasure events,
            AccessErasure visits,
            DataKeys keys,
            Login login,
            Used used) {
        public static Parts of(
                Store store, LabeledFs fs, Runs runs, DataKeys keys, Login login, Used used, InstantSource clock) {
            return new Parts(
                    store,
                    new Estates(fs),
                    runs,
                    new RunErasure(store, clock),
                    new EventErasure(store),
                    new AccessErasure(store),
                    keys,
                    login,
                    used);
        }
    }

    public Departures(Departed departed, Parts parts, InstantSource clock) {
        this.departed = departed;
        this.parts = parts;
        this.clock = clock;
    }

    /// After a restart, before anything is run: goes on with no run of a deleted organization.
    public void recover() {
        departed.all().keySet().forEach(organization -> parts.runs().close(organization.token()));
    }

    /// Removes what is there of an organization that was deleted.
    void remove(Organization organization) {
        String token = organization.token();
        parts.runs().close(token);
        parts.used().guests().accept(token);
        parts.login().sessions().closeAllThrough(parts.login().providers().of(token));
        Estates.Removed removed = parts.estates().remove(token);
        Set<Bytes> shards = new LinkedHashSet<>(begun.getOrDefault(token, Set.of()));
        shards.addAll(removed.shards());
        shards.add(parts.keys().destroy(token));
        shards.addAll(parts.records().remove(token, label -> Estates.isForNobodyWithout(label, token)));
        shards.addAll(parts.events().remove(token));
        shards.addAll(parts.visits().remove(token));
        shards.addAll(parts.used().ledger().remove(token));
        parts.used().guests().accept(token);
        parts.store().rewrite(shards);
        begun.put(token, shards);
        LOG.info("removed {} things of a deleted organization", removed.things());
    }

    /// Goes on with what a crash or a failure has left, and looks for the last time. To be called again and again by
    /// one thread, after the collector.
    public void goOn() {
        departed.all().forEach((organization, since) -> {
            Failure failed = failures.get(organization.token());
            if (failed == null || !clock.instant().isBefore(failed.notBefore())) {
                attempt(organization, since);
            }
        });
    }

    /// What fails of one organization keeps no other waiting.
    private void attempt(Organization organization, Instant since) {
        String token = organization.token();
        try {
            goOn(organization, since);
            failures.remove(token);
        } catch (RuntimeException failed) {
            Failure before = failures.get(token);
            Duration pause = before == null ? TRY_AGAIN : before.pause().multipliedBy(2);
            Duration bounded = pause.compareTo(GRACE) < 0 ? pause : GRACE;
            failures.put(token, new Failure(bounded, clock.instant().plus(bounded)));
            begun.remove(token);
            LOG.warn("removing what a deleted organization has left failed, and is tried again", failed);
        }
    }

    private void goOn(Organization organization, Instant since) {
        boolean isLast = !clock.instant().isBefore(since.plus(GRACE));
        if (begun.putIfAbsent(organization.token(), EVERYWHERE) == null || isLast) {
            remove(organization);
        }
        if (isLast) {
            departed.emptied(organization, clock);
            begun.remove(organization.token());
        }
    }
}
