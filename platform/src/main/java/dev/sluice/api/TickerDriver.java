package dev.sluice.api;

import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Dispatch's ticker: ticks every so many seconds, counted from when it was made or changed. Ticks of a time at which
/// no server ran are not made up, and one for which there is no room is lost, as time is.
///
/// For one thread.
final class TickerDriver {
    private static final String TICK = "ticker.tick";
    private static final Logger LOG = LoggerFactory.getLogger(TickerDriver.class);

    private final Organization organization;
    private final String driver;
    private final Subscriptions subscriptions;
    private final Instant since;
    private final Duration every;
    private long ticks;

    /// @param now when it begins: the ticks before are none of its
    TickerDriver(
            Organization organization,
            KeptEntity<DriverWish> entity,
            Duration every,
            Subscriptions subscriptions,
            Instant now) {
        this.organization = organization;
        this.driver = entity.id();
        this.subscriptions = subscriptions;
        this.since = Instant.ofEpochMilli(entity.changedMillis());
        this.every = every;
        this.ticks = ticksAt(now);
    }

    private long ticksAt(Instant now) {
        return Math.max(0, Duration.between(since, now).dividedBy(every));
    }

    /// @return when it ticks next
    Optional<Instant> look(Instant now) {
        long due = ticksAt(now);
        if (due > ticks) {
            tick(now);
        }
        ticks = due;
        return Optional.of(since.plus(every.multipliedBy(due + 1)));
    }

    private void tick(Instant now) {
        ObjectNode event = JsonBody.JSON.createObjectNode();
        event.put("eventType", TICK).put("cloudEventsVersion", "0.1").put("source", driver);
        event.put("eventID", UUID.randomUUID().toString()).put("eventTime", now.toString());
        Component events = Component.of(Resource.EVENT.in(organization.principal()));
        try {
            subscriptions.emit(organization, new Emission(event).event(Label.of(events, Component.TRUE)));
        } catch (Refused full) {
            LOG.warn("a tick was not taken in: {}", full.refusal());
        }
    }
}
