package dev.sluice.cli.command;

import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `create|update|get|delete subscription`, `event-driver` and `event-driver-type`.
final class EventWords {
    static final EntityWords SUBSCRIPTION =
            new EntityWords("/v1/event/subscriptions", "subscription", "subscription", EventWords::subscriptions);

    static final EntityWords DRIVER =
            new EntityWords("/v1/event/drivers", "event-driver", "event driver", EventWords::drivers);

    static final EntityWords TYPE =
            new EntityWords("/v1/event/drivertypes", "event-driver-type", "event driver type", EventWords::types);

    private static final List<String> KINDS = List.of("calm", "early", "eager", "quiet", "sturdy", "swift");
    private static final List<String> BIRDS = List.of("crane", "finch", "heron", "lark", "owl", "plover");

    private EventWords() {}

    static Word createSubscription() {
        return SubscriptionFlags.ofCreate(SinkFlags.of(SUBSCRIPTION
                        .tagged(new Word(
                                "subscription",
                                "Subscribe a function, or a server outside, to a type of events.",
                                (arguments, session) -> {
                                    String name = arguments.option("--name").orElseGet(EventWords::anyName);
                                    return SUBSCRIPTION.create(session, name, subscription(arguments, 0, name));
                                }))
                        .optional("FUNCTION", "the function to run for each event; none with --sink")
                        .option("--name", "NAME", "the subscription's name; any if none is said")
                        .flag(type())
                        .flag(secret())))
                .example("sluice create subscription hello --name on-tick --event-type ticker.tick")
                .example("sluice create subscription --sink https://example.com/hook --event-type 'order.*'")
                .example("sluice create subscription bill --event-type 'order.*' --filter prefix:source=/shop/");
    }

    static Word updateSubscription() {
        return SubscriptionFlags.ofUpdate(SinkFlags.of(SUBSCRIPTION
                        .tagged(new Word(
                                "subscription", "Replace a subscription, or pause it.", (arguments, session) -> {
                                    String name = arguments.required(0);
                                    return SUBSCRIPTION.update(session, name, replaced(arguments, session, name));
                                }))
                        .required("NAME", "the subscription's name")
                        .optional("FUNCTION", "the function to run for each event; none with --sink")
                        .flag(type())
                        .flag(secret())))
                .example("sluice update subscription on-tick hello --event-type ticker.tock")
                .example("sluice update subscription on-tick --pause")
                .example("sluice update subscription on-tick --resume");
    }

    static Word createDriver() {
        return DRIVER.tagged(new Word("event-driver", "Create an event driver of some type.", (arguments, session) -> {
                    String name = arguments.option("--name").orElseGet(EventWords::anyName);
                    return DRIVER.create(session, name, driver(arguments, 0, name));
                }))
                .required("TYPE", "the event driver type's name")
                .option("--name", "NAME", "the driver's name; any if none is said")
                .flag(set())
                .flag(secret())
                .example("sluice create event-driver ticker --name every-2s --set seconds=2");
    }

    static Word updateDriver() {
        return DRIVER.tagged(new Word("event-driver", "Replace an event driver's settings.", (arguments, session) -> {
                    String name = arguments.required(0);
                    return DRIVER.update(session, name, driver(arguments, 1, name));
                }))
                .required("NAME", "the driver's name")
                .required("TYPE", "the event driver type's name")
                .flag(set())
                .flag(secret())
                .example("sluice update event-driver every-2s ticker --set seconds=5");
    }

    static Word createType() {
        return type(new Word(
                        "event-driver-type",
                        "Create an event driver type, from an image.",
                        (arguments, session) -> TYPE.create(session, arguments.required(0), type(arguments))))
                .example("sluice create event-driver-type ticker kars7e/timer:latest");
    }

    static Word updateType() {
        return type(new Word(
                        "event-driver-type",
                        "Replace it; its drivers stay what they are.",
                        (arguments, session) -> TYPE.update(session, arguments.required(0), type(arguments))))
                .example("sluice update event-driver-type ticker kars7e/timer:1");
    }

    private static Word type(Word word) {
        return TYPE.tagged(word)
                .required("NAME", "the event driver type's name")
                .required("IMAGE", "where its image is")
                .flag(set())
                .flag(Flag.bare("drivers of it are reached from outside", "--expose"));
    }

    private static Flag type() {
        return Flag.valued("TYPE", "type of the events, such as ticker.tick", "--event-type");
    }

    private static Flag secret() {
        return new Flag(List.of("--secret"), "SECRET", Flag.Use.REPEATABLE, "secret to hand over; may be repeated");
    }

    private static Flag set() {
        return new Flag(List.of("-s", "--set"), "KEY=VALUE", Flag.Use.REPEATABLE, "setting; may be repeated");
    }

    private static String anyName() {
        var random = new SecureRandom();
        String words = KINDS.get(random.nextInt(KINDS.size())) + "-" + BIRDS.get(random.nextInt(BIRDS.size()));
        return words + "-" + random.nextInt(100_000, 1_000_000);
    }

    private static Json.Obj subscription(Arguments arguments, int function, String name) {
        Optional<String> its = arguments.positional(function);
        Optional<Json.Obj> sink = SinkFlags.sink(arguments, its);
        Json.Obj wish = Json.Obj.empty()
                .with("eventType", arguments.option("--event-type").orElse(""))
                .with("function", its.orElse(""))
                .with("name", name)
                .with("secrets", Json.Arr.ofTexts(arguments.options("--secret")))
                .with("tags", EntityWords.tag(arguments).orElse(Json.NULL));
        return SubscriptionFlags.with(sink.isPresent() ? wish.with("sink", sink.get()) : wish, arguments);
    }

    private static Json.Obj replaced(Arguments arguments, Session session, String name) {
        if (!SubscriptionFlags.isAlone(arguments, 1)) {
            return subscription(arguments, 1, name);
        }
        Json now =
                session.api().get(Target.of(SUBSCRIPTION.path()).segment(name).toString());
        return SubscriptionFlags.changed(Rows.of(now).getFirst(), arguments);
    }

    private static Json.Obj driver(Arguments arguments, int type, String name) {
        return Json.Obj.empty()
                .with("config", config(arguments))
                .with("name", name)
                .with("reason", Json.NULL)
                .with("secrets", Json.Arr.ofTexts(arguments.options("--secret")))
                .with("expose", new Json.Bool(false))
                .with("tags", EntityWords.tags(arguments))
                .with("type", arguments.required(type));
    }

    private static Json.Obj type(Arguments arguments) {
        return Json.Obj.empty()
                .with("config", config(arguments))
                .with("image", arguments.required(1))
                .with("expose", new Json.Bool(arguments.has("--expose")))
                .with("name", arguments.required(0))
                .with("tags", EntityWords.tags(arguments));
    }

    /// A setting without `=` is a flag.
    private static Json config(Arguments arguments) {
        List<Json> config = new ArrayList<>();
        for (String setting : arguments.options("--set")) {
            int at = setting.indexOf('=');
            Json.Obj key = Json.Obj.empty().with("key", at < 0 ? setting : setting.substring(0, at));
            config.add(at < 0 ? key : key.with("value", setting.substring(at + 1)));
        }
        return config.isEmpty() ? Json.NULL : new Json.Arr(config);
    }

    private static String subscriptions(List<Json.Obj> all) {
        var table = new Table("Name", "Event type", "Function name", "Status", "Created Date");
        all.forEach(one -> table.row(
                one.show("name"),
                one.show("eventType"),
                SinkFlags.target(one),
                SubscriptionFlags.status(one),
                Rows.time(one, "createdTime")));
        return table.text();
    }

    private static String drivers(List<Json.Obj> all) {
        var table = new Table("Name", "Type", "Status", "Secrets", "Config", "URL");
        all.forEach(one -> table.row(
                one.show("name"),
                one.show("type"),
                Rows.status(one),
                EntityWords.listed(one, "secrets"),
                settings(one),
                one.show("url")));
        return table.text();
    }

    private static String settings(Json.Obj driver) {
        return String.join(
                " ",
                Rows.of(driver.at("config").orElse(Json.NULL)).stream()
                        .map(one -> one.show("key") + (one.at("value").isPresent() ? "=" + one.show("value") : ""))
                        .toList());
    }

    private static String types(List<Json.Obj> all) {
        var table = new Table("Name", "Image", "Expose", "Created Date");
        all.forEach(one ->
                table.row(one.show("name"), one.show("image"), one.show("expose"), Rows.time(one, "created-time")));
        return table.text();
    }
}
