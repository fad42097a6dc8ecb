package dev.sluice.api;

import dev.sluice.event.Bookmarks;
import dev.sluice.event.Received;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import dev.sluice.secret.Secrets;
import dev.sluice.source.CronTicks;
import dev.sluice.source.DirectoryWatch;
import dev.sluice.source.Settings;
import dev.sluice.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Puts the server's own drivers to work. Thread-safe.
final class OwnDrivers {
    private final LabeledFs fs;
    private final Secrets secrets;
    private final Subscriptions subscriptions;
    private final Bookmarks bookmarks;
    private final Received received;
    private final KafkaDrivers kafka;
    private final InstantSource clock;

    OwnDrivers(
            LabeledFs fs,
            Secrets secrets,
            Store store,
            Subscriptions subscriptions,
            KafkaDrivers kafka,
            InstantSource clock) {
        this.fs = fs;
        this.secrets = secrets;
        this.subscriptions = subscriptions;
        this.bookmarks = new Bookmarks(store);
        this.received = new Received(store, clock);
        this.kafka = kafka;
        this.clock = clock;
    }

    /// @return nothing for what cannot be made of its settings
    /// @throws Refused `INVALID` for what was let in by an earlier server
    Optional<AtWork> begin(Organization organization, KeptEntity<DriverWish> entity, OwnDriver driver) {
        if (driver == OwnDriver.TICKER) {
            return entity.wish().ticks().map(every -> ticker(organization, entity, every));
        }
        Settings settings = OwnDriver.settings(entity.wish().config());
        var post = new DriverPost(
                organization, entity.id(), settings.label(), event -> subscriptions.emit(organization, event));
        Instant since = Instant.ofEpochMilli(entity.changedMillis());
        return Optional.of(
                switch (driver) {
                    case TICKER -> throw new IllegalStateException("it has settings of its own");
                    case CRON -> {
                        CronTicks ticks = CronTicks.of(settings, entity.id());
                        yield new Lookout(clock, new CronDriver(ticks, post, bookmarks, since)::look).start();
                    }
                    case FILES -> {
                        DirectoryWatch watch = DirectoryWatch.of(settings);
                        yield new Lookout(clock, new FilesDriver(fs, watch, post, bookmarks, since)::look).start();
                    }
                    case KAFKA_SOURCE -> kafka.source(entity, new DriverSecrets(secrets, organization), post);
                    case KAFKA_SINK -> kafka.sink(entity, new DriverSecrets(secrets, organization));
                    case GITHUB, WEBHOOK ->
                        new HookDriver(
                                driver.webhook(settings),
                                post,
                                entity.wish().secrets(),
                                new DriverSecrets(secrets, organization),
                                received,
                                clock);
                });
    }

    private AtWork ticker(Organization organization, KeptEntity<DriverWish> entity, Duration every) {
        var ticker = new TickerDriver(organization, entity, every, subscriptions, clock.instant());
        return new Lookout(clock, ticker::look).start();
    }

    /// Forgets how far a driver had got that is no more.
    void forget(Organization organization, String driver) {
        bookmarks.remove(organization.token(), driver);
        received.forget(organization.token(), driver);
    }
}
