package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.api.KeptEntities.Kind;
import dev.sluice.api.KeptEntity.State;
import dev.sluice.api.KeptEntity.Status;
import dev.sluice.gateway.Gateway;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Witness;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// An event driver: a program of some type that makes events. Dispatch's clients see no id.
///
/// Source: contracts/dispatch.md 2.10, 6.
///
/// @param made what its type was when it was created or updated; before that, nothing
record DriverWish(String name, String type, List<DriverConfig> config, List<String> secrets, Made made, List<Tag> tags)
        implements KeptEntity.Wish {
    /// As long as Dispatch waits for a driver that never comes.
    private static final Duration DEPLOYED_WITHIN = Duration.ofSeconds(8);

    private static final String SECONDS = "seconds";
    private static final Duration TICKS_DEFAULT = Duration.ofSeconds(60);
    private static final Pattern TICKS = Pattern.compile("[1-9][0-9]{0,7}");
    static final String NOT_AVAILABLE = "DeploymentNotAvailable";

    DriverWish {
        config = List.copyOf(config);
        secrets = List.copyOf(secrets);
        tags = List.copyOf(tags);
    }

    /// What a driver has of its type.
    ///
    /// @param organization whose it is, by its name
    record Made(String image, boolean expose, String organization) {
        static final Made OF_NOTHING = new Made("", false, "");

        Made {
            organization = Objects.requireNonNullElse(organization, ""); // an earlier server wrote none
        }
    }

    /// @param types of the organizations
    /// @param witness is told of a driver by which events may leave, before it is made or changed
    static Kind<DriverWish> kind(KeptEntities<DriverTypeWish> types, Witness witness) {
        return new Kind<>(
                "event driver",
                Resource.EVENT,
                ".driver",
                DriverWish.class,
                DriverWish::parse,
                DriverWish::needs,
                (organization, wish) -> {
                    DriverWish whole = wish.of(
                            organization,
                            types.ifThere(organization, wish.type)
                                    .orElseThrow(() -> Rejection.of(
                                            400,
                                            "bad request when processing event driver " + wish.name + ": driver type "
                                                    + wish.type + " does not exist")));
                    if (whole.own().equals(Optional.of(OwnDriver.KAFKA_SINK))) {
                        witness.record(KafkaDrivers.deed(organization, whole));
                    }
                    return whole;
                });
    }

    private static DriverWish parse(JsonBody fields) {
        List<DriverConfig> config = DriverConfig.of(fields);
        String name = fields.requiredDriverName();
        List<String> secrets = fields.texts("secrets");
        fields.requireStatus();
        List<Tag> tags = Tags.of(fields);
        String type = fields.requiredText("type");
        if (type.length() > DriverTypeWish.NAME_CHARS_MAX) {
            throw Rejection.of(
                    422, 603, "type in body should be at most " + DriverTypeWish.NAME_CHARS_MAX + " chars long");
        }
        return new DriverWish(name, type, config, secrets, Made.OF_NOTHING, tags);
    }

    /// Whoever hands secrets to a driver may read them himself.
    private static List<Need> needs(DriverWish wish) {
        return wish.secrets.stream()
                .map(secret -> Need.of(Action.GET, Resource.SECRET, secret))
                .toList();
    }

    /// @throws Rejection 400
    private DriverWish of(Organization organization, DriverTypeWish stated) {
        try {
            OwnDriver.of(stated.image()).ifPresent(own -> own.requireValid(config, secrets));
        } catch (Refused invalid) {
            throw Rejection.of(400, "bad request when processing event driver " + name + ": " + invalid.reason());
        }
        var of = new Made(stated.image(), stated.expose(), organization.name());
        return new DriverWish(name, type, config, secrets, of, tags);
    }

    /// Which of the server's own it is, if it is one.
    Optional<OwnDriver> own() {
        return OwnDriver.of(made.image);
    }

    /// How often it ticks, if it is one that does; nothing for a number of seconds that is none.
    Optional<Duration> ticks() {
        if (!own().equals(Optional.of(OwnDriver.TICKER))) {
            return Optional.empty();
        }
        Optional<DriverConfig> stated =
                config.stream().filter(one -> one.key().equals(SECONDS)).findFirst();
        return stated.isEmpty()
                ? Optional.of(TICKS_DEFAULT)
                : stated.flatMap(DriverConfig::value)
                        .filter(text -> TICKS.matcher(text).matches())
                        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }

    /// Whether it is asked from outside: nobody asks one of the server's own that is no hook, exposed or not.
    private boolean isReached() {
        return own().map(OwnDriver::isHook).orElse(made.expose);
    }

    private boolean isMade() {
        return own().filter(own -> own != OwnDriver.TICKER || ticks().isPresent())
                .isPresent();
    }

    /// A driver that makes no events.
    static State notAvailable(String reason) {
        return new State(Status.ERROR, List.of(reason));
    }

    @Override
    public State after(Duration time, Status begun) {
        if (isMade()) {
            return State.of(time.compareTo(KeptEntity.LOOKED_AT) < 0 ? begun : Status.READY);
        }
        return time.compareTo(DEPLOYED_WITHIN) < 0 ? State.of(begun) : notAvailable(NOT_AVAILABLE);
    }

    @Override
    public void writeTo(JsonWriter out, KeptEntity<?> entity, State state) {
        out.field("name", name).field("kind", "Driver").field("type", type);
        DriverConfig.write(config, out);
        out.fieldOrNull("secrets", secrets).name("expose").value(made.expose);
        String url = isReached() && !made.organization.isEmpty()
                ? "/" + Gateway.DRIVERS + "/" + made.organization + "/" + entity.id()
                : "";
        out.field("url", url)
                .fieldOrNull("reason", state.reason())
                .field("status", state.status().name());
        out.field("created-time", entity.createdSeconds()).field("modified-time", entity.modifiedSeconds());
        Tag.write(tags, out);
    }
}
