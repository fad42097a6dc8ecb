package dev.sluice.org;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What is limited for each organization, so that none slows another.
public enum Limit {
    /// Runs under way; a run and the runs that it waits for count once.
    CONCURRENT_RUNS("concurrentRuns", 1, 100_000, 1_000),

    /// Runs that wait, whether somebody waits for them or not.
    QUEUED_RUNS("queuedRuns", 1, 1_000_000, 10_000),

    /// What runs that nobody waits for were given, until they have ended.
    QUEUED_MIB("queuedMib", 1, 1 << 20, 1 << 10),

    /// Of guests that run; the default leaves it to the scheduler, which never gives all to one.
    MEMORY_MIB("memoryMib", 16, 16 << 20, 16 << 20),

    /// Not a bound but a share: who has twice as much gets twice the memory for the time, where both want more.
    WEIGHT("weight", 1, 10_000, 100),

    /// Not a bound but a minimum: the place of [dev.sluice.sandbox.Isolation] that its guests have at least.
    ISOLATION("isolation", 0, 2, 0),

    FUNCTIONS("functions", 0, 100_000, 1_000),

    /// Objects, entries of directories and marks of facets.
    STORED_ITEMS("storedItems", 0, Integer.MAX_VALUE, 10_000_000),

    /// Of all these, and of the blobs that they name, for each name.
    STORED_MIB("storedMib", 0, Integer.MAX_VALUE, 100 << 10),

    /// Over HTTP, of whoever proved to be of the organization.
    REQUESTS_PER_SECOND("requestsPerSecond", 1, 1_000_000, 1_000),

    /// At the gateway, of everybody, to the APIs of the organization.
    GATEWAY_REQUESTS_PER_SECOND("gatewayRequestsPerSecond", 1, 1_000_000, 5_000);

    private static final Map<String, Limit> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Limit::word, one -> one));

    private final String word;
    private final long min;
    private final long max;
    private final long usual;

    Limit(String word, long min, long max, long usual) {
        this.word = word;
        this.min = min;
        this.max = max;
        this.usual = usual;
    }

    /// The one of that word; empty for other words.
    public static Optional<Limit> of(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }

    public String word() {
        return word;
    }

    public long min() {
        return min;
    }

    public long max() {
        return max;
    }

    /// Where neither the operator nor an administrator says anything.
    public long usual() {
        return usual;
    }
}
