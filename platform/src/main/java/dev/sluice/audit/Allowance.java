package dev.sluice.audit;

import java.time.Clock;
import java.time.Duration;

/// How many refusals go on record one by one: a number in each minute. The others are counted.
final class Allowance {
    private static final long PERIOD_MILLIS = Duration.ofMinutes(1).toMillis();

    private final Clock clock;
    private final int perMinute;
    private long period; // guarded by this
    private int used; // guarded by this
    private long counted; // guarded by this

    Allowance(Clock clock, int perMinute) {
        this.clock = clock;
        this.perMinute = perMinute;
    }

    /// Whether one more goes on record; it is counted if not.
    synchronized boolean take() {
        long now = clock.millis() / PERIOD_MILLIS;
        if (now != period) {
            period = now;
            used = 0;
        }
        if (used == perMinute) {
            counted++;
            return false;
        }
        used++;
        return true;
    }

    /// How many were counted since this was last asked in an earlier minute; 0 while the minute lasts.
    synchronized long settle() {
        if (clock.millis() / PERIOD_MILLIS == period) {
            return 0;
        }
        long settled = counted;
        counted = 0;
        return settled;
    }
}
