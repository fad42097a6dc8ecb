package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import dev.sluice.cli.json.Table;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// `exec`, `get run` and `delete run`.
final class RunWords {
    private static final String RUNS = "/v1/runs";

    /// Since ever: the zero time of Go in Unix seconds, which Dispatch's client sends.
    private static final long EVER = -62_135_596_800L;

    /// Of microseconds in milliseconds.
    private static final int MILLIS_SCALE = 3;

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final Optional<String> NO_LABEL = Optional.empty();

    private RunWords() {}

    static Word exec() {
        return new Word("exec", "Run a function and show the run.", RunWords::exec)
                .required("FUNCTION", "the function's name, or one of its versions or aliases: hello:3, hello:prod")
                .flag(Flag.bare("wait for the end; a failed run then makes the exit code 1", "--wait"))
                .flag(Flag.bare("print what the function yields, a line of JSON each, as it comes", "--stream"))
                .option("--input", "JSON", "input: JSON, @FILE, or - for standard input (default: {})")
                .option("--input-file", "FILE", "file of any size, which the function reads as context.input")
                .option("--output-file", "FILE", "where to keep what it writes to context.output (with --wait)")
                .flag(new Flag(
                        List.of("--secret"),
                        "SECRET",
                        Flag.Use.REPEATABLE,
                        "secret to hand to this run; may be repeated"))
                .flag(Flag.valued("APPLICATION", "application to tag the run with", "-a", "--application"))
                .example("sluice exec hello --wait --input '{\"name\": \"Jon\"}'")
                .example("sluice exec hello --wait --input @event.json -o json")
                .example("sluice exec report --stream")
                .example("sluice exec shrink --wait --input-file film.mov --output-file small.mov")
                .example("sluice exec report --wait --as-org --organization acme")
                .example("echo '{\"name\": \"Jon\"}' | sluice exec hello --input -");
    }

    static Word get() {
        return new Word("run", "Show one run, or list those of a function or all.", RunWords::get)
                .optional("FUNCTION", "the function's name; or a run's id")
                .optional("ID", "the run's id")
                .flag(Flag.bare("only the run that started last", "--last"))
                .flag(Flag.bare("a line for each change of a run's status, as they come", "--follow"))
                .option("--output-file", "FILE", "where to keep what the run wrote to context.output")
                .option("--limit", "N", "only the N newest (default and most: 1000)")
                .flag(Flag.valued("APPLICATION", "only those of this application", "-a", "--application"))
                .example("sluice get runs")
                .example("sluice get runs hello --limit 10")
                .example("sluice get runs hello --last -o json")
                .example("sluice get runs hello --follow")
                .example("sluice get run hello 11111111-2222-4333-8444-555555555555")
                .example("sluice get run shrink 11111111-2222-4333-8444-555555555555 --output-file small.mov");
    }

    static Word delete() {
        return new Word("run", "End a run that waits or runs; its record stays.", RunWords::delete)
                .required("ID", "the run's id")
                .option("--function", "NAME", "its function, for who may end the runs of that one only")
                .example("sluice delete run 11111111-2222-4333-8444-555555555555");
    }

    private static int delete(Arguments arguments, Session session) {
        Target target = Target.of(RUNS).segment(arguments.required(0));
        arguments.option("--function").ifPresent(function -> target.query("functionName", function));
        Json run = session.api().delete(target.toString());
        session.print(run, () -> table(Rows.of(run)));
        return 0;
    }

    private static int exec(Arguments arguments, Session session) {
        String function = arguments.required(0);
        boolean wait = arguments.has("--wait");
        if (arguments.option("--output-file").isPresent() && !wait) {
            throw Failure.usage("--output-file needs --wait; later there is sluice get run FUNCTION ID --output-file");
        }
        Json input = input(arguments.option("--input").orElse("{}"), session);

        Json.Obj body = wait ? Json.Obj.empty().with("blocking", new Json.Bool(true)) : Json.Obj.empty();
        Optional<String> file = arguments.option("--input-file");
        if (file.isPresent()) {
            Json blob = BlobWords.upload(Path.of(file.get()), Optional.of(unqualified(function)), NO_LABEL, session);
            body = body.with("inputRef", blob instanceof Json.Obj made ? made.show("id") : "");
        }
        body = body.with("input", input)
                .with("reason", Json.NULL)
                .with("secrets", Json.Arr.ofTexts(arguments.options("--secret")))
                .with("services", Json.NULL)
                .with(
                        "tags",
                        arguments.option("--application").map(RunWords::tags).orElse(Json.NULL));
        String target = Target.of(RUNS).query("functionName", function).toString();
        if (arguments.has("--stream")) {
            return RunStream.print(target, body, session);
        }
        Json run = session.api().post(target, body);
        session.print(run);
        int verdict = wait ? verdict(run, session) : 0;
        if (verdict == 0) {
            saveOutput(arguments, run, session);
        }
        return verdict;
    }

    /// Without its version or alias.
    private static String unqualified(String function) {
        int colon = function.indexOf(':');
        return colon < 0 ? function : function.substring(0, colon);
    }

    private static void saveOutput(Arguments arguments, Json run, Session session) {
        arguments.option("--output-file").ifPresent(file -> {
            String id = run instanceof Json.Obj one ? one.show("outputRef") : "";
            if (id.isEmpty()) {
                throw new Failure("the run wrote nothing to context.output that you may read");
            }
            BlobWords.save(id, arguments.positional(0).map(RunWords::unqualified), Path.of(file), session);
        });
    }

    private static Json tags(String application) {
        return new Json.Arr(List.of(Json.Obj.empty().with("key", "Application").with("value", application)));
    }

    private static Json input(String argument, Session session) {
        try {
            return JsonText.parse(Content.of(argument, session.terminal().in()));
        } catch (NotJson e) {
            throw Failure.usage("the input is not JSON: " + e.getMessage());
        }
    }

    private static int verdict(Json answer, Session session) {
        if (!(answer instanceof Json.Obj run) || !run.show("status").equals("ERROR")) {
            return 0;
        }
        Json.Obj error = run.objectAt("error");
        session.terminal()
                .complain("error running function: " + run.show("functionName") + ": " + error.show("type") + ": "
                        + error.show("message"));
        return Failure.FAILED;
    }

    private static int get(Arguments arguments, Session session) {
        if (arguments.has("--follow")) {
            return follow(arguments, session);
        }
        Json answer = session.api().get(target(arguments, EVER));
        Json shown = arguments.has("--last") ? last(answer) : answer;
        session.print(shown, () -> shown instanceof Json.Obj one ? single(one) : table(Rows.of(shown)));
        saveOutput(arguments, shown, session);
        return 0;
    }

    private static int follow(Arguments arguments, Session session) {
        for (String flag : List.of("--last", "--output-file")) {
            if (arguments.option(flag).isPresent()) {
                throw Failure.usage("--follow goes without " + flag);
            }
        }
        return RunFollowing.follow(since -> target(arguments, since), EVER, session);
    }

    /// @param since seconds since 1970
    private static String target(Arguments arguments, long since) {
        Target target = Target.of(RUNS);
        Optional<String> first = arguments.positional(0);
        if (arguments.positional(1).isEmpty()
                && first.filter(ID.asMatchPredicate()).isPresent()) {
            first.ifPresent(target::segment);
        } else {
            arguments.positional(1).ifPresent(target::segment);
            first.ifPresent(function -> target.query("functionName", function));
        }
        target.query("since", Long.toString(since));
        arguments.option("--application").ifPresent(name -> target.query("tags", "Application=" + name));
        arguments.option("--limit").ifPresent(limit -> target.query("limit", limit));
        return target.toString();
    }

    private static Json last(Json answer) {
        return Rows.of(answer).stream()
                .max(Comparator.comparing(run -> run.wholeAt("executedTime").orElse(Long.MIN_VALUE)))
                .orElseThrow(() -> new Failure("there are no runs"));
    }

    /// With where its time went, as far as the server says it.
    private static String single(Json.Obj run) {
        Json.Obj times = run.objectAt("times");
        if (times.wholeAt("runMicros").isEmpty()) {
            return table(List.of(run));
        }
        var split = new Table("Began by", "Queue", "Start", "Run", "Answer");
        split.row(
                run.show("cause"),
                millis(times, "queueMicros"),
                millis(times, "startMicros"),
                millis(times, "runMicros"),
                millis(times, "answerMicros"));
        return table(List.of(run)) + "\n" + split.text();
    }

    private static String millis(Json.Obj times, String member) {
        return times.wholeAt(member)
                .map(micros -> BigDecimal.valueOf(micros, MILLIS_SCALE).toPlainString() + " ms")
                .orElse("-");
    }

    private static String table(List<Json.Obj> runs) {
        var table = new Table("ID", "Function", "Status", "Started", "Finished");
        runs.forEach(run -> table.row(
                run.show("name"),
                run.show("functionName"),
                Rows.status(run),
                Rows.time(run, "executedTime"),
                Rows.time(run, "finishedTime")));
        return table.text();
    }
}
