package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import dev.sluice.cli.json.Table;
import dev.sluice.cli.source.SourceArchive;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// `create|update|get|delete function`.
final class FunctionWords {
    private static final String FUNCTIONS = "/v1/function";

    /// Flags of whole numbers, and the fields that they become.
    private static final Map<String, String> SIZES = new TreeMap<>(Map.of(
            "--memory", "memory",
            "--max-instances", "maxInstances",
            "--min-instances", "minInstances",
            "--concurrency", "concurrency"));

    private static final Map<String, String> RETRIES = new TreeMap<>(Map.of(
            "--retry-attempts", "attempts",
            "--retry-backoff", "backoffMillis",
            "--retry-max-backoff", "maxBackoffMillis"));

    private FunctionWords() {}

    static Word create() {
        return withSource(new Word("function", "Create a function from a file or a directory.", FunctionWords::create))
                .example("sluice create function hello ./hello.py --image python3 --wait")
                .example("sluice create function hello ./hello.js --image nodejs --timeout 5000 --secret greeting")
                .example("sluice create function hello ./src --image python3 --handler hello.handle")
                .example("sluice create function hook ./index.js --image nodejs --convention lambda")
                .example("sluice create function resize ./resize.py --image python3 --retry-attempts 5")
                .example("sluice create function web ./server.py --image python3 --convention http");
    }

    static Word update() {
        return withSource(new Word("function", "Replace a function's source and settings.", FunctionWords::update))
                .example("sluice update function hello ./hello.py --image python3");
    }

    private static Word withSource(Word word) {
        return word.required("NAME", "the function's name")
                .required("PATH", "source file, directory (then --handler is needed), or https://... of a .tar.gz")
                .flag(new Flag(
                        List.of("--image"),
                        "IMAGE",
                        Flag.Use.REQUIRED,
                        "image to run in, such as python3, nodejs or java"))
                .option("--handler", "HANDLER", "what to call: ./file.js or module.function")
                .option("--convention", "NAME", "how the code is called: dispatch, lambda, http or faasten")
                .option("--timeout", "MILLISECONDS", "longest time that a run may take")
                .option("--memory", "MIB", "memory of an instance, /tmp included (default: what it needs)")
                .option("--max-instances", "N", "how many instances may be busy at once")
                .option("--min-instances", "N", "how many wait for a run with the function loaded (default: 0)")
                .option("--concurrency", "N", "runs that one instance serves at a time (default: 1)")
                .option("--isolation", "HOW", "of instances, at least: namespaces, oci or microvm")
                .option("--reuse", "RULE", "of instances, at most: never, same-label or label-flow")
                .flag(Flag.bare("its runs may emit events, as you may", "--emits"))
                .option("--retry-attempts", "N", "tries of a run nobody waits for; keeps dead letters")
                .option("--retry-backoff", "MS", "longest wait before the second try, then doubled (1000)")
                .option("--retry-max-backoff", "MS", "longest wait of all (60000)")
                .flag(Flag.bare("try again what the function's own code raises, too", "--retry-function-errors"))
                .flag(new Flag(
                        List.of("--env"),
                        "NAME=VALUE",
                        Flag.Use.REPEATABLE,
                        "variable of its environment, no secret; may be repeated"))
                .flag(new Flag(
                        List.of("--secret"),
                        "SECRET",
                        Flag.Use.REPEATABLE,
                        "secret to hand to the function; may be repeated"))
                .flag(new Flag(
                        List.of("--service"),
                        "SERVICE",
                        Flag.Use.REPEATABLE,
                        "service instance to bind; may be repeated"))
                .option("--schema-in", "FILE", "JSON schema that inputs must meet")
                .option("--schema-out", "FILE", "JSON schema that outputs must meet")
                .flag(Flag.valued("APPLICATION", "application to tag the function with", "-a", "--application"))
                .flag(Waiting.flag());
    }

    static Word get() {
        return new Word("function", "Show one function, or list all.", FunctionWords::get)
                .optional("NAME", "the function's name")
                .option("--source", "FILE", "write its source there, as .tar.gz; - is standard output")
                .option("--version", "N", "the source of that version")
                .flag(Flag.valued("APPLICATION", "accepted for compatibility; changes nothing", "-a", "--application"))
                .example("sluice get functions")
                .example("sluice get function hello -o json")
                .example("sluice get function hello --source hello.tar.gz");
    }

    static Word delete() {
        return new Word("function", "Delete a function and its runs.", FunctionWords::delete)
                .required("NAME", "the function's name")
                .example("sluice delete function hello");
    }

    private static int create(Arguments arguments, Session session) {
        String name = arguments.required(0);
        Json answer = session.api().post(FUNCTIONS, body(arguments));
        return Waiting.printed(answer, target(name), "Created function: " + name, arguments, session);
    }

    private static int update(Arguments arguments, Session session) {
        String name = arguments.required(0);
        Json answer = session.api().put(target(name), body(arguments));
        return Waiting.printed(answer, target(name), "Updated function: " + name, arguments, session);
    }

    private static String target(String name) {
        return Target.of(FUNCTIONS).segment(name).toString();
    }

    private static int get(Arguments arguments, Session session) {
        if (arguments.option("--source").isPresent()) {
            return download(arguments, session);
        }
        Json answer = session.api()
                .get(arguments.positional(0).map(FunctionWords::target).orElse(FUNCTIONS));
        session.print(answer, () -> table(Rows.of(answer)));
        return 0;
    }

    private static int download(Arguments arguments, Session session) {
        String name = arguments.positional(0).orElseThrow(() -> Failure.usage("--source needs a function's name"));
        Target target = Target.of(FUNCTIONS).segment(name).segment("source");
        arguments.option("--version").ifPresent(version -> target.query("version", version));
        Answer answer = session.api().call("GET", target.toString(), Body.NONE);
        String file = arguments.option("--source").orElse("-");
        if (file.equals("-")) {
            session.copyOut(answer);
            return 0;
        }
        try (InputStream archive = Api.successful(answer).body()) {
            Files.copy(archive, Path.of(file), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Failure("cannot write " + file + ": " + Failure.reason(e), e);
        }
        session.say("Saved source: " + file);
        return 0;
    }

    private static int delete(Arguments arguments, Session session) {
        String name = arguments.required(0);
        Json answer = session.api().delete(target(name));
        session.print(answer, () -> "Deleted function: " + name);
        return 0;
    }

    private static String table(List<Json.Obj> functions) {
        var table = new Table("Name", "Image", "Status", "Created Date");
        functions.forEach(function -> table.row(
                function.show("name"),
                function.show("image"),
                Rows.status(function),
                Rows.time(function, "createdTime")));
        return table.text();
    }

    private static Json.Obj body(Arguments arguments) {
        String name = arguments.required(0);
        String from = arguments.required(1);
        boolean isFetched = from.startsWith("https://") || from.startsWith("http://");
        Path source = Path.of(from);
        String handler = arguments.option("--handler").orElse("");
        if (handler.isEmpty() && !isFetched && Files.isDirectory(source)) {
            throw Failure.usage("error creating function " + name + ": handler is required, source path " + source
                    + " is a directory");
        }
        Json.Obj schema = Json.Obj.empty()
                .with("in", schema(arguments, "--schema-in"))
                .with("out", schema(arguments, "--schema-out"));
        Json.Obj where = isFetched
                ? Json.Obj.empty().with("sourceURL", from)
                : Json.Obj.empty().with("source", Base64.getEncoder().encodeToString(SourceArchive.of(source)));
        Json.Obj body = where.with("image", arguments.option("--image").orElse(""))
                .with("handler", handler)
                .with("name", name)
                .with("reason", Json.NULL)
                .with("schema", schema)
                .with("secrets", Json.Arr.ofTexts(arguments.options("--secret")))
                .with("services", Json.Arr.ofTexts(arguments.options("--service")));
        Json.Obj sized = withSizing(withTimeout(body, arguments), arguments);
        return withTags(withWords(sized, arguments, "convention", "reuse", "isolation"), arguments);
    }

    /// What Dispatch does not have is sent only if it was asked for.
    private static Json.Obj withSizing(Json.Obj body, Arguments arguments) {
        Json.Obj sized = body;
        for (var field : SIZES.entrySet()) {
            Optional<String> number = arguments.option(field.getKey());
            if (number.isPresent()) {
                sized = sized.with(field.getValue(), Json.Num.of(whole(number.get(), field.getKey())));
            }
        }
        if (arguments.has("--emits")) {
            sized = sized.with("emits", new Json.Bool(true));
        }
        Json.Obj environment = Json.Obj.empty();
        for (String variable : arguments.options("--env")) {
            int at = variable.indexOf('=');
            if (at < 1) {
                throw Failure.usage("--env is NAME=VALUE, not " + variable);
            }
            environment = environment.with(variable.substring(0, at), variable.substring(at + 1));
        }
        return withRetry(environment.members().isEmpty() ? sized : sized.with("environment", environment), arguments);
    }

    private static Json.Obj withRetry(Json.Obj body, Arguments arguments) {
        Json.Obj retry = Json.Obj.empty();
        for (var field : RETRIES.entrySet()) {
            Optional<String> number = arguments.option(field.getKey());
            if (number.isPresent()) {
                retry = retry.with(field.getValue(), Json.Num.of(whole(number.get(), field.getKey())));
            }
        }
        if (arguments.has("--retry-function-errors")) {
            retry = retry.with("functionErrors", new Json.Bool(true));
        }
        if (!retry.members().isEmpty() && arguments.option("--retry-attempts").isEmpty()) {
            throw Failure.usage("say how often a run is tried: --retry-attempts N");
        }
        return retry.members().isEmpty() ? body : body.with("retry", retry);
    }

    static long whole(String text, String flag) {
        if (!text.matches("[0-9]{1,12}")) {
            throw Failure.usage(flag + " is a whole number, not " + text);
        }
        return Long.parseLong(text);
    }

    private static Json.Obj withTimeout(Json.Obj body, Arguments arguments) {
        String timeout = arguments.option("--timeout").orElse("0");
        if (!timeout.matches("[0-9]{1,12}")) {
            throw Failure.usage("the timeout must be a whole number of milliseconds");
        }
        long milliseconds = Long.parseLong(timeout);
        return milliseconds == 0 ? body : body.with("timeout", Json.Num.of(milliseconds));
    }

    /// The words of these options, each as the member of its name.
    private static Json.Obj withWords(Json.Obj body, Arguments arguments, String... names) {
        Json.Obj all = body;
        for (String name : names) {
            Optional<String> word = arguments.option("--" + name);
            all = word.isPresent() ? all.with(name, word.get()) : all;
        }
        return all;
    }

    private static Json.Obj withTags(Json.Obj body, Arguments arguments) {
        List<Json> tags = arguments
                .option("--application")
                .map(application ->
                        (Json) Json.Obj.empty().with("key", "Application").with("value", application))
                .map(List::of)
                .orElse(List.of());
        return body.with("tags", new Json.Arr(tags));
    }

    private static Json schema(Arguments arguments, String flag) {
        return arguments
                .option(flag)
                .map(file -> {
                    try {
                        return JsonText.parse(Content.ofFile(file));
                    } catch (NotJson e) {
                        throw new Failure("the schema " + file + " is not JSON: " + e.getMessage(), e);
                    }
                })
                .orElse(Json.NULL);
    }
}
