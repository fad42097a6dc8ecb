package dev.sluice.authn;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How often passwords may be guessed: so many times in a while for an account, for an address, and for both together,
/// which are the fewest, so that nobody keeps another out from where that one is. Thread-safe.
///
/// An attempt counts from its beginning, so that many at once are not free, and no longer once it has succeeded. It
/// counts for the address first: who is over that makes nothing be remembered of accounts.
///
/// What counts is never forgotten before its time, however much else is asked for, so nobody buys new guesses by that.
/// When too much is known, who is not counts together with some others who are not: nobody is kept out by it who does
/// not share his place with a guesser.
final class Attempts {
    static final Duration WHILE = Duration.ofMinutes(15);
    static final int OF_ACCOUNT_AT_ADDRESS_MAX = 10;
    static final int OF_ACCOUNT_MAX = 100;
    static final int OF_ADDRESS_MAX = 100;
    private static final int IPV6_GROUPS = 8;

    /// Of each of the three kinds.
    private static final int KNOWN_MAX = 100_000;

    /// Where those count who cannot be known any more.
    private static final int SHARED_MAX = 65_536;

    private final Clock clock;
    private final Counts ofAddresses;
    private final Counts ofAccounts;
    private final Counts ofAccountsAtAddresses;

    private record Tries(Instant end, int count) {}

    Attempts(Clock clock) {
        this(clock, KNOWN_MAX, SHARED_MAX);
    }

    Attempts(Clock clock, int knownMax, int sharedMax) {
        this.clock = clock;
        this.ofAddresses = new Counts(OF_ADDRESS_MAX, knownMax, sharedMax);
        this.ofAccounts = new Counts(OF_ACCOUNT_MAX, knownMax, sharedMax);
        this.ofAccountsAtAddresses = new Counts(OF_ACCOUNT_AT_ADDRESS_MAX, knownMax, sharedMax);
    }

    /// Whether one more is allowed; it counts.
    synchronized boolean begin(String provider, String account, String address) {
        Instant now = clock.instant();
        String who = who(provider, account);
        String network = network(address);
        return ofAddresses.add(network, now)
                && ofAccountsAtAddresses.add(at(who, network), now)
                && ofAccounts.add(who, now);
    }

    /// As [#begin(String, String, String)], where no account is named.
    synchronized boolean begin(String address) {
        return ofAddresses.add(network(address), clock.instant());
    }

    /// It was no guess.
    synchronized void forgive(String provider, String account, String address) {
        String who = who(provider, account);
        String network = network(address);
        ofAddresses.subtract(network);
        ofAccountsAtAddresses.subtract(at(who, network));
        ofAccounts.subtract(who);
    }

    /// How many are known of all kinds.
    synchronized int size() {
        return ofAddresses.tries.size() + ofAccounts.tries.size() + ofAccountsAtAddresses.tries.size();
    }

    /// Directories do not tell upper from lower case.
    private static String who(String provider, String account) {
        return provider + "\n" + account.toLowerCase(Locale.ROOT);
    }

    private static String at(String who, String network) {
        return network + "\n" + who;
    }

    /// Of IPv6 the half that one customer gets whole.
    private static String network(String address) {
        String[] groups = address.split(":", -1);
        return groups.length < IPV6_GROUPS
                ? address
                : String.join(":", List.of(groups).subList(0, IPV6_GROUPS / 2));
    }

    /// Counts of one kind, in the order in which their time is over.
    private static final class Counts {
        private final int max;
        private final int knownMax;
        private final int sharedMax;
        private final Map<String, Tries> tries = new LinkedHashMap<>();

        Counts(int max, int knownMax, int sharedMax) {
            this.max = max;
            this.knownMax = knownMax;
            this.sharedMax = sharedMax;
        }

        /// @return false for one too many
        boolean add(String key, Instant now) {
            forgetBefore(now);
            boolean isKnown = tries.containsKey(key) || tries.size() < knownMax;
            Tries with = tries.compute(
                    isKnown ? key : shared(key),
                    (_, before) -> before == null
                            ? new Tries(now.plus(WHILE), 1)
                            : new Tries(before.end(), before.count() + 1));
            return with.count() <= max;
        }

        void subtract(String key) {
            tries.computeIfPresent(
                    tries.containsKey(key) ? key : shared(key),
                    (_, before) -> before.count() <= 1 ? null : new Tries(before.end(), before.count() - 1));
        }

        /// Like no address and no account.
        private String shared(String key) {
            return "#" + Math.floorMod(key.hashCode(), sharedMax);
        }

        private void forgetBefore(Instant now) {
            Iterator<Tries> oldestFirst = tries.values().iterator();
            while (oldestFirst.hasNext() && !now.isBefore(oldestFirst.next().end())) {
                oldestFirst.remove();
            }
        }
    }
}
