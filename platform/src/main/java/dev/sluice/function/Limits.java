package dev.sluice.function;

import java.time.Duration;

/// What one run may use.
///
/// @param memoryMib of the whole guest, its `/tmp` included
/// @param timeout   from the start of the run to its answer
public record Limits(int memoryMib, Duration timeout) {
    /// The smallest guest there is; the machine's memory divided by it bounds how many run at once.
    public static final int MEMORY_MIB_MIN = 128;

    public static final int MEMORY_MIB_MAX = 4096;
    public static final Duration TIMEOUT_MAX = Duration.ofMinutes(15);
    public static final Duration TIMEOUT_DEFAULT = Duration.ofMinutes(5);
    public static final Limits DEFAULT = new Limits(MEMORY_MIB_MIN, TIMEOUT_DEFAULT);

    public Limits {
        if (memoryMib < MEMORY_MIB_MIN || memoryMib > MEMORY_MIB_MAX) {
            throw new IllegalArgumentException("memory is " + MEMORY_MIB_MIN + " to " + MEMORY_MIB_MAX + " MiB");
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
            throw new IllegalArgumentException("a timeout is 1 ms to " + TIMEOUT_MAX.toMillis() + " ms");
        }
    }
}
