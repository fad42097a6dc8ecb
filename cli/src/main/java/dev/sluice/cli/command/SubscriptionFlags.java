package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The flags by which a subscription takes only some events of its type, or none for a while.
final class SubscriptionFlags {
    private static final String FILTER = "--filter";
    private static final String LABEL = "--label";
    private static final String PAUSE = "--pause";
    private static final String RESUME = "--resume";
    private static final String FILTERS = "filters";
    private static final String PAUSED = "paused";
    private static final Pattern SHORT = Pattern.compile("(?:(exact|prefix|suffix):)?([a-z0-9]+)=(.+)", Pattern.DOTALL);

    private SubscriptionFlags() {}

    static Word ofCreate(Word word) {
        return word.flag(filter()).flag(label()).flag(Flag.bare("its events wait until it is resumed", PAUSE));
    }

    static Word ofUpdate(Word word) {
        return word.flag(filter())
                .flag(label())
                .flag(Flag.bare("let its events wait; alone, it stays as it is else", PAUSE))
                .flag(Flag.bare("go on, with what waits; alone, it stays as it is else", RESUME));
    }

    private static Flag label() {
        return Flag.valued("LABEL", "what its runs know from the start, such as acme/user/alice,T", LABEL);
    }

    private static Flag filter() {
        return new Flag(
                List.of(FILTER),
                "FILTER",
                Flag.Use.REPEATABLE,
                "only events with A=V, prefix:A=V, suffix:A=V or as JSON says");
    }

    /// Whether a subscription is to be paused or resumed, and nothing else.
    static boolean isAlone(Arguments arguments, int function) {
        return (arguments.has(PAUSE) || arguments.has(RESUME))
                && arguments.positional(function).isEmpty()
                && arguments.option("--event-type").isEmpty()
                && arguments.option("--sink").isEmpty()
                && arguments.options(FILTER).isEmpty()
                && arguments.option(LABEL).isEmpty()
                && arguments.options("--secret").isEmpty();
    }

    /// A subscription with what the flags say of it.
    static Json.Obj with(Json.Obj wish, Arguments arguments) {
        List<Json> filters = arguments.options(FILTER).stream()
                .map(SubscriptionFlags::filter)
                .toList();
        Json.Obj filtered = filters.isEmpty() ? wish : wish.with(FILTERS, new Json.Arr(filters));
        Json.Obj labeled = arguments
                .option(LABEL)
                .map(label -> filtered.with("label", new Json.Text(label)))
                .orElse(filtered);
        return isPaused(arguments) ? labeled.with(PAUSED, new Json.Bool(true)) : labeled;
    }

    /// A subscription as the server has it, paused or resumed.
    static Json.Obj changed(Json.Obj subscription, Arguments arguments) {
        return subscription.with(PAUSED, new Json.Bool(isPaused(arguments)));
    }

    /// Its status, and whether its events wait.
    static String status(Json.Obj subscription) {
        boolean isPaused = subscription.at(PAUSED).orElse(Json.NULL) instanceof Json.Bool(boolean paused) && paused;
        return Rows.status(subscription) + (isPaused ? " (paused)" : "");
    }

    private static boolean isPaused(Arguments arguments) {
        if (arguments.has(PAUSE) && arguments.has(RESUME)) {
            throw Failure.usage("say " + PAUSE + " or " + RESUME);
        }
        return arguments.has(PAUSE);
    }

    private static Json filter(String text) {
        if (text.startsWith("{")) {
            try {
                return JsonText.parse(text.getBytes(StandardCharsets.UTF_8));
            } catch (NotJson e) {
                throw Failure.usage(FILTER + " is not JSON: " + e.getMessage());
            }
        }
        Matcher parts = SHORT.matcher(text);
        if (!parts.matches()) {
            throw Failure.usage(FILTER + " is ATTRIBUTE=VALUE, prefix:ATTRIBUTE=VALUE, suffix:ATTRIBUTE=VALUE or a"
                    + " filter in JSON, such as '{\"not\":{\"exact\":{\"subject\":\"test\"}}}'");
        }
        String dialect = parts.group(1) == null ? "exact" : parts.group(1);
        return Json.Obj.empty().with(dialect, Json.Obj.empty().with(parts.group(2), new Json.Text(parts.group(3))));
    }
}
