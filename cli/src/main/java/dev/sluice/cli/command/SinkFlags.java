package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import java.util.Optional;

/// The flags by which a subscription's events go out of the server in place of to a function.
final class SinkFlags {
    private static final String SINK = "--sink";
    private static final String AUTH = "--sink-auth";
    private static final String DRIVER = "driver:";
    private static final String MODE = "--sink-mode";
    private static final String ORIGIN = "--sink-origin";

    private SinkFlags() {}

    static Word of(Word word) {
        return word.option(SINK, "URL", "send the events there; or an external gate's path, or driver:NAME")
                .option(AUTH, "HOW=SECRET", "bearer=SECRET or webhook=SECRET: how it knows who sends")
                .option(MODE, "MODE", "structured (default) or binary CloudEvents")
                .option(ORIGIN, "NAME", "ask it first whether it wants events of that name in the DNS");
    }

    /// Where a subscription's events go.
    static String target(Json.Obj subscription) {
        return subscription.at("sink").orElse(Json.NULL) instanceof Json.Obj sink
                ? sink.show("url") + sink.show("gate") + sink.show("driver")
                : subscription.show("function");
    }

    /// @param function as it stood on the command line
    static Optional<Json.Obj> sink(Arguments arguments, Optional<String> function) {
        Optional<String> to = arguments.option(SINK);
        if (to.isPresent() == function.isPresent()) {
            throw Failure.usage("name a FUNCTION, or " + SINK + " URL");
        }
        if (to.isEmpty()) {
            if (arguments
                    .option(AUTH)
                    .or(() -> arguments.option(MODE))
                    .or(() -> arguments.option(ORIGIN))
                    .isPresent()) {
                throw Failure.usage(AUTH + ", " + MODE + " and " + ORIGIN + " go with " + SINK);
            }
            return Optional.empty();
        }
        boolean isUrl = to.get().startsWith("https://") || to.get().startsWith("http://");
        if (to.get().startsWith(DRIVER)) {
            return Optional.of(Json.Obj.empty().with("driver", to.get().substring(DRIVER.length())));
        }
        Json.Obj sink = Json.Obj.empty().with(isUrl ? "url" : "gate", to.get());
        Optional<String> auth = arguments.option(AUTH);
        if (auth.isPresent()) {
            int at = auth.get().indexOf('=');
            if (at <= 0) {
                throw Failure.usage(AUTH + " is bearer=SECRET or webhook=SECRET");
            }
            sink = sink.with("auth", auth.get().substring(0, at))
                    .with("secret", auth.get().substring(at + 1));
        }
        sink = with(sink, "mode", arguments.option(MODE));
        return Optional.of(with(sink, "origin", arguments.option(ORIGIN)));
    }

    private static Json.Obj with(Json.Obj sink, String field, Optional<String> value) {
        return value.map(text -> sink.with(field, text)).orElse(sink);
    }
}
