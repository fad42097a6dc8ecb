package dev.sluice.bench;

import java.util.Arrays;

/// Durations of single calls.
final class Samples {
    private final long[] sortedNanos;
    private final double perSecond;

    private Samples(long[] sortedNanos, double perSecond) {
        this.sortedNanos = sortedNanos;
        this.perSecond = perSecond;
    }

    static Samples of(long[] nanos, double seconds) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Samples(sorted, nanos.length / seconds);
    }

    double perSecond() {
        return perSecond;
    }

    double micros(double quantile) {
        if (sortedNanos.length == 0) {
            throw new IllegalStateException("nothing was measured");
        }
        int at = (int) Math.min(sortedNanos.length - 1, Math.round(quantile * (sortedNanos.length - 1)));
        return sortedNanos[at] / 1e3;
    }
}
