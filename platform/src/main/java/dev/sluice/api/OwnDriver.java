package dev.sluice.api;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.source.CronTicks;
import dev.sluice.source.DirectoryWatch;
import dev.sluice.source.GithubWebhook;
import dev.sluice.source.PlainWebhook;
import dev.sluice.source.Settings;
import dev.sluice.source.StandardWebhook;
import dev.sluice.source.Webhook;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The drivers that are part of the server, by their images.
enum OwnDriver {
    /// Dispatch's own. What it cannot tick by makes it an ERROR, as there.
    TICKER("kars7e/timer"),
    CRON("sluice/cron"),
    GITHUB("sluice/github"),
    WEBHOOK("sluice/webhook"),
    FILES("sluice/files"),
    KAFKA_SOURCE("sluice/kafka-source"),
    KAFKA_SINK("sluice/kafka-sink");

    /// Of one driver: those in use while one takes the place of another.
    private static final int SECRETS_MAX = 4;

    private final String image;

    OwnDriver(String image) {
        this.image = image;
    }

    /// The one that an image means, of any version.
    static Optional<OwnDriver> of(String image) {
        for (OwnDriver one : values()) {
            if (image.equals(one.image) || image.startsWith(one.image + ":")) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /// Whether it is asked from outside.
    boolean isHook() {
        return this == GITHUB || this == WEBHOOK;
    }

    private boolean isOfKafka() {
        return this == KAFKA_SOURCE || this == KAFKA_SINK;
    }

    /// @throws Refused `INVALID` for what the driver cannot be made of
    void requireValid(List<DriverConfig> config, List<String> secrets) {
        if (this == TICKER) {
            return;
        }
        Settings settings = settings(config);
        settings.label();
        var _ = switch (this) {
            case TICKER -> settings;
            case CRON -> CronTicks.of(settings, "");
            case FILES -> DirectoryWatch.of(settings);
            case GITHUB, WEBHOOK -> webhook(settings);
            case KAFKA_SOURCE -> KafkaTerms.of(settings.values(), KafkaTerms.OF_A_SOURCE);
            case KAFKA_SINK -> KafkaTerms.of(settings.values(), KafkaTerms.OF_A_SINK);
        };
        if (isHook() && (secrets.isEmpty() || secrets.size() > SECRETS_MAX)) {
            throw new Refused(
                    Refusal.INVALID,
                    "it needs the secret that its sender signs with, or up to " + SECRETS_MAX
                            + " of which one does: name it, as in --secret NAME");
        }
        if (!isHook() && !isOfKafka() && !secrets.isEmpty()) {
            throw new Refused(Refusal.INVALID, "it has no use for a secret: name none");
        }
    }

    /// How the sender of a hook signs.
    Webhook webhook(Settings settings) {
        if (this == GITHUB) {
            return GithubWebhook.of(settings);
        }
        boolean isPlain = PlainWebhook.SCHEME.equals(settings.values().get("scheme"));
        return isPlain ? PlainWebhook.of(settings) : StandardWebhook.of(settings);
    }

    /// @throws Refused `INVALID` for one that is said twice
    static Settings settings(List<DriverConfig> config) {
        var values = new HashMap<String, String>();
        for (DriverConfig one : config) {
            if (values.put(one.key(), one.value().orElse("")) != null) {
                throw new Refused(Refusal.INVALID, "a setting is said twice");
            }
        }
        return new Settings(Map.copyOf(values));
    }
}
