package dev.sluice.function;

import java.util.random.RandomGenerator;

/// How often a run that nobody waits for is tried, and how long it waits in between: a random time below a bound that
/// doubles with each try. A function that has one keeps the runs that fail for good as dead letters.
///
/// @param attempts         1 to [#ATTEMPTS_MAX], the first try among them
/// @param backoffMillis    bound of the wait before the second try
/// @param maxBackoffMillis bound of each wait, at least `backoffMillis`
/// @param functionErrors   whether an error that the function itself raises is tried again, too
public record Retry(int attempts, long backoffMillis, long maxBackoffMillis, boolean functionErrors) {
    public static final int ATTEMPTS_MAX = 10;
    public static final long BACKOFF_MILLIS_MIN = 100;
    public static final long BACKOFF_MILLIS_MAX = 3_600_000;
    public static final long BACKOFF_MILLIS_DEFAULT = 1_000;
    public static final long MAX_BACKOFF_MILLIS_DEFAULT = 60_000;

    /// @throws IllegalArgumentException with a text for whoever wrote it
    public Retry {
        if (attempts < 1 || attempts > ATTEMPTS_MAX) {
            throw new IllegalArgumentException("retry.attempts is 1 to " + ATTEMPTS_MAX);
        }
        if (backoffMillis < BACKOFF_MILLIS_MIN || backoffMillis > BACKOFF_MILLIS_MAX) {
            throw new IllegalArgumentException(
                    "retry.backoffMillis is " + BACKOFF_MILLIS_MIN + " to " + BACKOFF_MILLIS_MAX);
        }
        if (maxBackoffMillis < backoffMillis || maxBackoffMillis > BACKOFF_MILLIS_MAX) {
            throw new IllegalArgumentException("retry.maxBackoffMillis is backoffMillis to " + BACKOFF_MILLIS_MAX);
        }
    }

    /// How long to wait after so many tries: anything from 0 to the bound, so that runs that failed together do not
    /// come back together.
    ///
    /// @param made 1 or more
    public long delayMillis(int made, RandomGenerator random) {
        return random.nextLong(boundMillis(made) + 1);
    }

    private long boundMillis(int made) {
        return Math.min(maxBackoffMillis, backoffMillis << (made - 1));
    }

    /// How long all waits are together at most.
    public long waitsMillisMax() {
        long millis = 0;
        for (int made = 1; made < attempts; made++) {
            millis += boundMillis(made);
        }
        return millis;
    }
}
