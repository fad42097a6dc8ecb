package dev.sluice.run;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/// Makes version 7 UUIDs: the time in milliseconds, a counter within it, then random bits (RFC 9562 sections 5.7 and
/// 6.2 method 1). Each is greater than the one before. Thread-safe.
public final class RunIds {
    private static final int COUNTER_MAX = 0xfff;

    private final Clock clock;
    private final SecureRandom random;
    private long lastMillis; // guarded by this
    private int counter; // guarded by this

    public RunIds(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    public UUID next() {
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        synchronized (this) {
            long now = clock.millis();
            if (now > lastMillis) {
                lastMillis = now;
                counter = 0;
            } else if (counter < COUNTER_MAX) {
                counter++;
            } else {
                lastMillis++;
                counter = 0;
            }
            return new UUID((lastMillis << 16) | 0x7000 | counter, low);
        }
    }
}
