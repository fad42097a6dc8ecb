package dev.sluice.run;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/// Makes version 7 UUIDs: the time in milliseconds, then 74 random bits (RFC 9562 section 5.7). Those of one
/// millisecond are in no order, since a counter would tell who is told an id how many runs of others began in it.
/// Thread-safe.
public final class RunIds {
    private static final long RANDOM_HIGH = 0xfff;
    private static final long RANDOM_LOW = 0x3fff_ffff_ffff_ffffL;
    private static final long VERSION = 0x7000;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final Clock clock;
    private final SecureRandom random;

    public RunIds(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    public UUID next() {
        return new UUID(
                (clock.millis() << 16) | VERSION | (random.nextLong() & RANDOM_HIGH),
                VARIANT | (random.nextLong() & RANDOM_LOW));
    }
}
