package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// How often passwords may be guessed: so many times in a while for an account, for an address, and for both together,
/// which are the fewest, so that nobody keeps another out from where that one is. Thread-safe.
///
/// An attempt counts from its beginning, so that many at once are not free, and no longer once it has succeeded.
final class Attempts {
    static final Duration WHILE = Duration.ofMinutes(15);
    static final int OF_ACCOUNT_AT_ADDRESS_MAX = 10;
    static final int OF_ACCOUNT_MAX = 100;
    static final int OF_ADDRESS_MAX = 100;
    private static final int IPV6_GROUPS = 8;
    private static final int KNOWN_MAX = 100_000;

    private final Clock clock;
    private final Cache<Key, Tries> tries =
            Caffeine.newBuilder().maximumSize(KNOWN_MAX).build();

    private record Key(String account, String address, int max) {}

    private record Tries(Instant end, int count) {}

    Attempts(Clock clock) {
        this.clock = clock;
    }

    /// Whether one more is allowed; it counts.
    boolean begin(String provider, String account, String address) {
        for (Key key : keys(provider, account, address)) {
            if (!isWithin(key)) {
                return false;
            }
        }
        return true;
    }

    /// As [#begin(String, String, String)], where no account is named.
    boolean begin(String address) {
        return isWithin(new Key("", network(address), OF_ADDRESS_MAX));
    }

    private boolean isWithin(Key key) {
        Instant now = clock.instant();
        Tries with = tries.asMap()
                .compute(
                        key,
                        (_, before) -> before == null || !now.isBefore(before.end())
                                ? new Tries(now.plus(WHILE), 1)
                                : new Tries(before.end(), before.count() + 1));
        return with.count() <= key.max();
    }

    /// It was no guess.
    void forgive(String provider, String account, String address) {
        for (Key key : keys(provider, account, address)) {
            tries.asMap().computeIfPresent(key, (_, before) -> new Tries(before.end(), before.count() - 1));
        }
    }

    /// Directories do not tell upper from lower case.
    private static List<Key> keys(String provider, String account, String address) {
        String who = provider + "\n" + account.toLowerCase(Locale.ROOT);
        String network = network(address);
        return List.of(
                new Key(who, network, OF_ACCOUNT_AT_ADDRESS_MAX),
                new Key("", network, OF_ADDRESS_MAX),
                new Key(who, "", OF_ACCOUNT_MAX));
    }

    /// Of IPv6 the half that one customer gets whole.
    private static String network(String address) {
        String[] groups = address.split(":", -1);
        return groups.length < IPV6_GROUPS
                ? address
                : String.join(":", List.of(groups).subList(0, IPV6_GROUPS / 2));
    }
}
