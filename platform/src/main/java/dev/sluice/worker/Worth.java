package dev.sluice.worker;

/// How much an instance is worth to keep while it is idle. Guarded by the pool's lock.
final class Worth {
    private long preparingMillis;
    private int served;
    private double worth;
    private long number;
    private long keptUntilNanos;

    /// How long it took until it was there with its function loaded.
    void preparedIn(long millis) {
        preparingMillis = millis;
    }

    /// As it becomes idle once more: what it costs to have it again, times how often it was of use, for the memory that
    /// it holds.
    ///
    /// @param floor  what all that have had to leave were worth
    /// @param number how many became idle before
    void rise(double floor, long number, int memoryMib) {
        served++;
        this.worth = floor + (double) served * Math.max(1, preparingMillis) / memoryMib;
        this.number = number;
    }

    /// @param nanos as its pool counts the time
    void keepUntil(long nanos) {
        keptUntilNanos = nanos;
    }

    long keptUntilNanos() {
        return keptUntilNanos;
    }

    double worth() {
        return worth;
    }

    long number() {
        return number;
    }
}
