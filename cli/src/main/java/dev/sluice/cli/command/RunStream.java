package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.http.EventStream;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A run's answer, printed while it comes: one line of JSON for each chunk, and nothing else on standard output.
final class RunStream {
    private RunStream() {}

    /// Whoever ends this program before the end, ends the run.
    ///
    /// @return 0 if the run has succeeded
    static int print(String target, Json body, Session session) {
        Map<String, String> headers = Map.of("Accept", "text/event-stream", "Content-Type", "application/json");
        byte[] text = JsonText.compact(body).getBytes(StandardCharsets.UTF_8);
        try (Answer answer = Api.successful(session.api().send("POST", target, headers, Body.of(text)))) {
            var events = new EventStream(answer.body());
            for (var event = events.next(); event.isPresent(); event = events.next()) {
                switch (event.get().name()) {
                    case "chunk" -> {
                        session.say(JsonText.compact(parsed(event.get())));
                        session.terminal().out().flush();
                    }
                    case "end" -> {
                        return verdict(parsed(event.get()), session);
                    }
                    default -> {
                        // `run`, and what a later server says which this client does not know.
                    }
                }
            }
        } catch (IOException e) {
            throw new Failure("the server's answer broke off: " + Failure.reason(e), e);
        }
        throw new Failure("the server has ended the stream: you may not run it any more, or the server stops");
    }

    private static int verdict(Json ended, Session session) {
        if (!(ended instanceof Json.Obj end) || end.show("status").equals("READY")) {
            return 0;
        }
        String type = end.show("type").isEmpty() ? "" : end.show("type") + ": ";
        session.terminal().complain("error running function: " + type + end.show("message"));
        return Failure.FAILED;
    }

    private static Json parsed(EventStream.Event event) {
        try {
            return JsonText.parse(event.data().getBytes(StandardCharsets.UTF_8));
        } catch (NotJson e) {
            throw new Failure("the server's events make no sense: " + e.getMessage(), e);
        }
    }
}
