package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/// `emit`: an event, as Dispatch's client sends it (contracts/dispatch.md, appendix A).
final class EmitWords {
    private EmitWords() {}

    static Word emit() {
        return new Word("emit", "Emit an event.", EmitWords::emit)
                .required("TYPE", "the event's type, such as order.placed")
                .option("--data", "JSON", "what the event says")
                .option("--data-from-file", "FILE", "the same, from a file of JSON")
                .option("--content-type", "TYPE", "what its data is, such as application/json")
                .flag(Flag.bare("accepted for compatibility; data is JSON all the same", "--binary"))
                .example("sluice emit order.placed --data '{\"order\": 7}' --content-type application/json");
    }

    private static int emit(Arguments arguments, Session session) {
        String type = arguments.required(0);
        Optional<String> file = arguments.option("--data-from-file");
        Optional<String> stated = arguments.option("--data");
        if (file.isPresent() && stated.isPresent()) {
            throw Failure.usage("--data and --data-from-file say the same: name one of them");
        }
        Json.Obj event = Json.Obj.empty()
                .with("eventType", type)
                .with("cloudEventsVersion", "0.1")
                .with("source", "dispatch")
                .with("eventID", UUID.randomUUID().toString())
                .with(
                        "eventTime",
                        Clock.systemUTC()
                                .instant()
                                .truncatedTo(ChronoUnit.MILLIS)
                                .toString());
        Optional<String> contentType = arguments.option("--content-type");
        if (contentType.isPresent()) {
            event = event.with("contentType", contentType.get());
        }
        Optional<Json> data = stated.map(text -> json(text.getBytes(StandardCharsets.UTF_8), "--data"))
                .or(() -> file.map(
                        place -> json(Content.ofFile(place, session.terminal().in()), place)));
        if (data.isPresent()) {
            event = event.with("data", data.get());
        }
        Json answer = session.api().post("/v1/event", event);
        session.print(answer, () -> "Emitted: " + type);
        return 0;
    }

    /// @param where it stands, for who reads that it is none
    private static Json json(byte[] text, String where) {
        try {
            return JsonText.parse(text);
        } catch (NotJson none) {
            throw new Failure(where + " is no JSON: " + none.getMessage(), none);
        }
    }
}
