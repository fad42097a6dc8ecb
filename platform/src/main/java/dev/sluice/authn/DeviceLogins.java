package dev.sluice.authn;

import dev.sluice.authn.LoginRefused.Why;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Logins of terminals that have no browser (RFC 8628): the user approves them in a browser elsewhere, by a short code
/// that the terminal shows.
///
/// Whoever began one finishes it, by a secret handle that only he was told: the short code finishes nothing here, and
/// the provider's own code never leaves the server. However often a terminal asks, the provider is asked as often
/// as it wants to be. Those under way are bounded, end soon, and end with the process. Thread-safe.
public final class DeviceLogins {
    static final Duration LIFETIME_MAX = Duration.ofMinutes(10);
    static final Duration INTERVAL_MIN = Duration.ofSeconds(1);
    static final Duration INTERVAL_MAX = Duration.ofMinutes(1);

    /// By how much more a provider that says so wants to be left alone.
    static final Duration SLOWER = Duration.ofSeconds(5);

    private static final int UNDER_WAY_MAX = 1_000;
    private static final int HANDLE_BYTES = 32;

    private final Logins logins;
    private final SecureRandom random;
    private final Clock clock;
    private final int underWayMax;
    private final Attempts attempts;
    private final Map<Digest, UnderWay> all = new HashMap<>();

    /// @param notBefore when the provider may be asked again
    private record UnderWay(DeviceGrant grant, Instant end, Duration interval, Instant notBefore) {
        UnderWay askedAt(Instant now) {
            return new UnderWay(grant, end, interval, now.plus(interval));
        }

        UnderWay slower(Instant now) {
            Duration longer = within(INTERVAL_MIN, interval.plus(SLOWER), INTERVAL_MAX);
            return new UnderWay(grant, end, longer, now.plus(longer));
        }
    }

    DeviceLogins(Logins logins, SecureRandom random, Clock clock) {
        this(logins, random, clock, UNDER_WAY_MAX);
    }

    DeviceLogins(Logins logins, SecureRandom random, Clock clock, int underWayMax) {
        this.logins = logins;
        this.random = random;
        this.clock = clock;
        this.underWayMax = underWayMax;
        this.attempts = new Attempts(clock);
    }

    /// A login that was begun.
    ///
    /// @param handle for the terminal that began it, and nobody else
    /// @param userCode, verification what to type where
    /// @param complete where nothing needs to be typed any more
    public record Begun(
            String handle,
            String userCode,
            URI verification,
            Optional<URI> complete,
            Duration lifetime,
            Duration interval) {}

    /// How a login stands.
    public sealed interface Standing {
        /// Nobody has approved it yet.
        ///
        /// @param interval how long to wait before asking again
        record Waiting(Duration interval) implements Standing {}

        /// The user has approved it: told once.
        record Approved(User user) implements Standing {}
    }

    /// @param address where the terminal is: one alone cannot take all the room, nor keep the provider busy
    /// @throws Refused `OVERLOADED` when too many are under way, or too many were begun from there lately
    public Begun begin(String provider, String address) throws LoginRefused {
        if (!attempts.begin(address)) {
            throw tooMany();
        }
        requireRoom();
        DeviceGrant.Begun told = DeviceGrant.begin(logins.client(provider));
        Duration lifetime = within(Duration.ZERO, told.lifetime(), LIFETIME_MAX);
        Duration interval = within(INTERVAL_MIN, told.interval(), INTERVAL_MAX);
        byte[] bytes = new byte[HANDLE_BYTES];
        random.nextBytes(bytes);
        String handle = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant();
        add(digest(handle), new UnderWay(told.grant(), now.plus(lifetime), interval, now.plus(interval)));
        return new Begun(handle, told.userCode(), told.verification(), told.complete(), lifetime, interval);
    }

    /// Asks the provider, unless that is too early.
    public Standing standing(String handle) throws LoginRefused {
        Digest digest = digest(handle);
        Instant now = clock.instant();
        UnderWay login = found(digest, now);
        if (now.isBefore(login.notBefore())) {
            return new Standing.Waiting(login.interval());
        }
        try {
            return switch (login.grant().ask()) {
                case DeviceGrant.Answer.NotYet _ -> new Standing.Waiting(login.interval());
                case DeviceGrant.Answer.TooOften _ -> {
                    UnderWay slower = login.slower(now);
                    replace(digest, slower);
                    yield new Standing.Waiting(slower.interval());
                }
                case DeviceGrant.Answer.Approved(User user) -> approved(digest, user);
            };
        } catch (LoginRefused refused) {
            if (refused.why() != Why.UNREACHABLE) {
                remove(digest);
            }
            throw refused.at(login.grant().provider(), "");
        }
    }

    /// The terminal does not want it any more.
    public void forget(String handle) {
        remove(digest(handle));
    }

    /// Only one of several that ask at the same time is told.
    private Standing approved(Digest digest, User user) throws LoginRefused {
        if (!remove(digest)) {
            throw new LoginRefused(Why.OVER);
        }
        return new Standing.Approved(user);
    }

    private synchronized void requireRoom() {
        if (all.size() >= underWayMax) {
            Instant now = clock.instant();
            all.values().removeIf(one -> !now.isBefore(one.end()));
        }
        if (all.size() >= underWayMax) {
            throw tooMany();
        }
    }

    private static Refused tooMany() {
        return new Refused(Refusal.OVERLOADED, "too many logins are under way: try again later");
    }

    private synchronized void add(Digest digest, UnderWay login) {
        requireRoom();
        all.put(digest, login);
    }

    /// As it stood; from now on the provider is left alone for a while.
    private synchronized UnderWay found(Digest digest, Instant now) throws LoginRefused {
        UnderWay login = all.get(digest);
        if (login == null || !now.isBefore(login.end())) {
            throw new LoginRefused(Why.OVER);
        }
        if (!now.isBefore(login.notBefore())) {
            all.put(digest, login.askedAt(now));
        }
        return login;
    }

    /// What was forgotten in between stays so.
    private synchronized void replace(Digest digest, UnderWay login) {
        all.computeIfPresent(digest, (_, _) -> login);
    }

    private synchronized boolean remove(Digest digest) {
        return all.remove(digest) != null;
    }

    private static Digest digest(String handle) {
        return Digest.of(Bytes.utf8(handle));
    }

    private static Duration within(Duration least, Duration said, Duration most) {
        Duration atLeast = said.compareTo(least) < 0 ? least : said;
        return atLeast.compareTo(most) > 0 ? most : atLeast;
    }
}
