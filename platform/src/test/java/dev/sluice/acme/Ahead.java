package dev.sluice.acme;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.Supplier;

/// A clock that is ahead of another by as much as somebody says.
final class Ahead extends Clock {
    private final Clock clock;
    private final Supplier<Duration> by;

    Ahead(Clock clock, Supplier<Duration> by) {
        this.clock = clock;
        this.by = by;
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new Ahead(clock.withZone(zone), by);
    }

    @Override
    public Instant instant() {
        return clock.instant().plus(by.get());
    }
}
