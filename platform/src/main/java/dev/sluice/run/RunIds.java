package dev.sluice.run;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/// Makes version 7 UUIDs: the time in milliseconds, then random bits (RFC 9562 section 5.7). Thread-safe.
public final class RunIds {
    private final Clock clock;
    private final SecureRandom random;

    public RunIds(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    public UUID next() {
        byte[] bits = new byte[10];
        random.nextBytes(bits);
        long high = clock.millis() << 16 | 0x7000 | (bits[0] & 0x0f) << 8 | (bits[1] & 0xff);
        long low = 0;
        for (int i = 2; i < bits.length; i++) {
            low = low << 8 | (bits[i] & 0xff);
        }
        return new UUID(high, (low & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L);
    }
}
