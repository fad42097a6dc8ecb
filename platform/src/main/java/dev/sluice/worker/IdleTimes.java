package dev.sluice.worker;

import dev.sluice.label.Label;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// How long guests of one function wait for their next run, and so how long it is worth to keep one: a histogram of
/// idle times in minutes (Shahrad et al., 2020), for each [InstanceKey] and label by itself. So nothing of how long a
/// guest is kept depends on runs at another label than its own, or on another tenant's. Bounded in memory: where there
/// is no place for one more histogram, guests are kept for the usual time.
///
/// Not thread-safe. Has no clock: who asks says the time, as [System#nanoTime] has it.
final class IdleTimes {
    /// Without enough to go by.
    static final Duration USUAL = Duration.ofMinutes(10);

    static final Duration LEAST = Duration.ofMinutes(1);
    static final Duration MOST = Duration.ofHours(1);
    static final int HISTOGRAMS_MAX = 8_192;
    static final int TIMES_MIN = 10;

    private static final int MINUTES = (int) MOST.toMinutes();

    /// Then all count half, so that what was long ago counts less and less.
    private static final int TIMES_MAX = 1_000;

    /// The one that has not been touched for longest first.
    private final Map<Of, Histogram> histograms = new LinkedHashMap<>(16, 0.75F, true);

    private record Of(InstanceKey key, Label label) {}

    private static final class Histogram {
        private final int[] counts = new int[MINUTES + 1]; // the last is of all that were longer
        private int sum;
        private long touchedNanos;
        private boolean isIdle;

        void add(long minutes) {
            if (sum >= TIMES_MAX) {
                sum = 0;
                for (int i = 0; i < counts.length; i++) {
                    counts[i] /= 2;
                    sum += counts[i];
                }
            }
            counts[(int) Math.min(minutes, MINUTES)]++;
            sum++;
        }

        /// Until 99 of 100 of those that it knows in whole would have come, and a tenth more.
        Optional<Duration> keepAlive() {
            int known = sum - counts[MINUTES];
            if (sum < TIMES_MIN || 2 * known < sum) {
                return Optional.empty();
            }
            int seen = 0;
            int minutes = 0;
            while (100L * seen < 99L * known) {
                seen += counts[minutes];
                minutes++;
            }
            return Optional.of(Duration.ofMinutes(minutes).multipliedBy(11).dividedBy(10));
        }
    }

    /// A guest that has seen `label` has become idle.
    ///
    /// @return for how long to keep it
    Duration idle(InstanceKey key, Label label, long nowNanos) {
        var of = new Of(key, label);
        Histogram histogram = histograms.get(of);
        if (histogram == null) {
            if (!isPlace(nowNanos)) {
                return USUAL;
            }
            histogram = new Histogram();
            histograms.put(of, histogram);
        }
        histogram.touchedNanos = nowNanos;
        histogram.isIdle = true;
        Duration wanted = histogram.keepAlive().orElse(USUAL);
        return wanted.compareTo(MOST) > 0 ? MOST : wanted.compareTo(LEAST) < 0 ? LEAST : wanted;
    }

    /// A run begins that starts at `label`.
    void wanted(InstanceKey key, Label label, long nowNanos) {
        Histogram histogram = histograms.get(new Of(key, label));
        if (histogram != null && histogram.isIdle) {
            histogram.add(Duration.ofNanos(nowNanos - histogram.touchedNanos).toMinutes());
            histogram.touchedNanos = nowNanos;
            histogram.isIdle = false;
        }
    }

    /// What was known of a tenant's functions is known no more.
    void forget(String tenant) {
        histograms.keySet().removeIf(of -> of.key().tenant().equals(tenant));
    }

    int count() {
        return histograms.size();
    }

    /// None gives way to another one but for its age: else what one tenant does would show in another's.
    private boolean isPlace(long nowNanos) {
        if (histograms.size() < HISTOGRAMS_MAX) {
            return true;
        }
        Iterator<Histogram> oldest = histograms.values().iterator();
        if (nowNanos - oldest.next().touchedNanos <= MOST.toNanos()) {
            return false;
        }
        oldest.remove();
        return true;
    }
}
