package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.http.EventStream;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import dev.sluice.cli.json.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/// `log`: what runs, builds of images and drivers' programs printed, and with `--follow` what they print; and what
/// became of requests at APIs.
final class LogWords {
    private static final String RUNS = "/v1/runs";
    private static final String PAST_RUNS = "10";
    private static final int NOT_FOUND = 404;
    private static final int ID_CHARS_SHOWN = 8;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Pattern RUN_ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private LogWords() {}

    static Word log() {
        Word function = following(new Word("function", "Show what a function's runs printed.", LogWords::ofFunction))
                .alias("functions")
                .required("NAME", "the function's name")
                .example("sluice log function hello --follow");
        Word run = following(new Word("run", "Show what one run printed.", LogWords::ofRun))
                .alias("runs")
                .required("ID", "the run's id")
                .example("sluice log run 11111111-2222-4333-8444-555555555555 --follow");
        Word image = following(new Word("image", "Show what the build of an image printed.", LogWords::ofImage))
                .alias("images")
                .required("NAME", "the image's name")
                .example("sluice log image web --follow");
        Word driver = new Word("event-driver", "Show the last that a driver's program printed.", LogWords::ofDriver)
                .alias("eventdriver")
                .alias("event-drivers")
                .alias("eventdrivers")
                .required("NAME", "the event driver's name")
                .example("sluice log event-driver w1");
        return following(new Word(
                        "log",
                        "Show what runs printed: of a function by its name, of one run by its id.",
                        List.of(following(AccessLogWords.api()), function, image, driver, run),
                        LogWords::ofEither))
                .optional("NAME", "a function's name, or a run's id")
                .example("sluice log hello")
                .example("sluice log hello --follow")
                .example("sluice log function hello --follow -o json")
                .example("sluice log image web --follow")
                .example("sluice log run 11111111-2222-4333-8444-555555555555");
    }

    private static Word following(Word word) {
        return word.flag(Flag.bare("go on with what is printed from now on", "-f", "--follow"));
    }

    private static int ofEither(Arguments arguments, Session session) {
        Optional<String> name = arguments.positional(0);
        if (name.isEmpty()) {
            session.terminal().err().print(Help.of(arguments.path()));
            return Failure.USAGE;
        }
        return RUN_ID.matcher(name.get()).matches() ? ofRun(arguments, session) : ofFunction(arguments, session);
    }

    private static int ofRun(Arguments arguments, Session session) {
        String run = Target.of(RUNS).segment(arguments.required(0)).toString();
        if (arguments.has("--follow")) {
            return follow(Target.of(run).segment("logs").toString(), session);
        }
        Json answer = session.api().get(run);
        Rows.of(answer).forEach(one -> show(one, "", session));
        return 0;
    }

    /// The latest runs, the oldest of them first.
    private static int ofFunction(Arguments arguments, Session session) {
        String name = arguments.required(0);
        if (arguments.has("--follow")) {
            Target function = Target.of("/v1/function").segment(name);
            refuseIfNowhere(function.toString(), session);
            return follow(function.segment("logs").toString(), session);
        }
        Target latest = Target.of(RUNS).query("functionName", name).query("limit", PAST_RUNS);
        Rows.of(session.api().get(latest.toString()))
                .reversed()
                .forEach(run -> show(run, mark(run.show("name")), session));
        return 0;
    }

    /// There is nothing to hear of what is not there. Who may only follow is not asked what he knows of the function.
    private static void refuseIfNowhere(String function, Session session) {
        try (Answer answer = session.api().send("GET", function, Map.of(), Body.NONE)) {
            if (answer.status() == NOT_FOUND) {
                Api.successful(answer).close();
            }
        } catch (IOException e) {
            throw new Failure("the server's answer broke off: " + Failure.reason(e), e);
        }
    }

    /// What the build has printed so far; with `--follow` until it is over, and then its verdict.
    private static int ofImage(Arguments arguments, Session session) {
        String target = Target.of("/v1/image")
                .segment(arguments.required(0))
                .segment("logs")
                .toString();
        int told = 0;
        while (true) {
            Json.Obj answer = Waiting.entity(session, target);
            List<String> lines = answer.show("log").lines().toList();
            boolean isGoingOn = arguments.has("--follow") && Waiting.isUnderWay(answer);
            int whole = isGoingOn && !answer.show("log").endsWith("\n") ? lines.size() - 1 : lines.size();
            for (int line = Math.min(told, lines.size()); line < whole; line++) {
                say(Json.Obj.empty().with("line", lines.get(line)), "", session);
            }
            told = Math.max(0, whole);
            if (!isGoingOn) {
                return arguments.has("--follow") ? verdict(answer, session) : 0;
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private static int ofDriver(Arguments arguments, Session session) {
        String driver = Target.of("/v1/event/drivers")
                .segment(arguments.required(0))
                .segment("logs")
                .toString();
        Json answer = session.api().get(driver);
        Rows.of(answer)
                .forEach(one -> one.show("log")
                        .lines()
                        .forEach(line -> say(Json.Obj.empty().with("line", line), "", session)));
        return 0;
    }

    private static int verdict(Json.Obj image, Session session) {
        session.terminal().complain("the build has ended: " + image.show("status"));
        return Waiting.verdict(image);
    }

    private static void show(Json.Obj run, String mark, Session session) {
        for (String stream : List.of("stdout", "stderr")) {
            if (run.objectAt("logs").at(stream).orElse(Json.NULL) instanceof Json.Arr(var lines)) {
                for (Json line : lines) {
                    Json.Obj event =
                            mark.isEmpty() ? Json.Obj.empty() : Json.Obj.empty().with("run", run.show("name"));
                    say(event.with("stream", stream).with("line", line), mark, session);
                }
            }
        }
    }

    /// One line, as it stands or as JSON.
    private static void say(Json.Obj event, String mark, Session session) {
        if (session.format().equals("table")) {
            session.say(mark + Table.harmless(event.show("line").replace("\t", "    ")));
        } else {
            session.say(JsonText.compact(event));
        }
        session.terminal().out().flush();
    }

    private static String mark(String run) {
        return run.isEmpty() ? "" : "[" + run.substring(0, Math.min(run.length(), ID_CHARS_SHOWN)) + "] ";
    }

    /// Until the run has ended, or the user has enough.
    private static int follow(String target, Session session) {
        Map<String, String> accept = Map.of("Accept", "text/event-stream");
        Answer answer = Api.successful(session.api().send("GET", target, accept, Body.NONE));
        try (answer) {
            var events = new EventStream(answer.body());
            for (var event = events.next(); event.isPresent(); event = events.next()) {
                if (tell(event.get(), session)) {
                    return 0;
                }
            }
        } catch (IOException e) {
            throw new Failure("the server's answer broke off: " + Failure.reason(e), e);
        }
        throw new Failure("the server has ended the log: you may not follow it any more, or the server stops");
    }

    /// @return whether that was the end
    private static boolean tell(EventStream.Event event, Session session) {
        Json.Obj data = data(event);
        switch (event.name()) {
            case "line" -> say(data, mark(data.show("run")), session);
            case "note" ->
                session.terminal().complain(data.show("missedRuns") + " runs were left out: they printed too fast");
            case "end" -> {
                session.terminal().complain(ending(data));
                return true;
            }
            default -> {
                // Of a later server, which says what this client does not know.
            }
        }
        return false;
    }

    private static String ending(Json.Obj end) {
        String why = end.show("type").isEmpty() ? "" : ": " + end.show("type") + ": " + end.show("message");
        return "the run has ended: " + end.show("status") + why;
    }

    private static Json.Obj data(EventStream.Event event) {
        try {
            return JsonText.parse(event.data().getBytes(StandardCharsets.UTF_8)) instanceof Json.Obj data
                    ? data
                    : Json.Obj.empty();
        } catch (NotJson e) {
            throw new Failure("the server's events make no sense: " + e.getMessage(), e);
        }
    }
}
