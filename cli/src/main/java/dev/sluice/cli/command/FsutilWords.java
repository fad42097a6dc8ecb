package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.http.MultipartBody;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Those of `fs` that the user's own `fsutil` does for him: gates and services.
final class FsutilWords {
    private static final int ANSWER_BYTES_MAX = 64 << 20;
    private static final String GATE = "path of the gate, such as ~:hello or home:<T,acme>:hello";
    private static final List<String> VERBS = List.of("HEAD", "GET", "POST", "PUT", "DELETE");

    private FsutilWords() {}

    static Word mkgate() {
        return grants(new Word("mkgate", "Create a gate to a function, or to another gate.", FsutilWords::mkgate))
                .option("--label", "LABEL", "the gate's label (default: T,T)")
                .example("sluice fs mkgate '~:hello' --app hello.py --runtime python3 --clearance T")
                .example("sluice fs mkgate 'home:<T,acme>:mine' --gate '~:hello' --label T,acme --privilege acme");
    }

    static Word upgate() {
        return grants(new Word("upgate", "Change a gate; what is not said stays.", FsutilWords::upgate))
                .example("sluice fs upgate '~:hello' --app hello.py")
                .example("sluice fs upgate '~:hello' --clearance acme/user/jon");
    }

    private static Word grants(Word word) {
        return word.required("PATH", GATE)
                .option("--app", "FILE", "the function: a source file, or an archive (.tar.gz)")
                .option("--runtime", "RUNTIME", "python3 or nodejs, or the path of a blob that says so")
                .option("--memory", "MIB", "memory of each run (default: 128)")
                .option("--gate", "PATH", "instead of a function: the gate that this one leads to")
                .option("--privilege", "COMPONENT", "what the function may act for (default: T, nobody)")
                .option("--clearance", "COMPONENT", "who may call: T for everybody");
    }

    static Word mksvc() {
        return new Word("mksvc", "Create a service: one URL that functions may call.", FsutilWords::mksvc)
                .required("PATH", "path of the service, such as ~:weather")
                .flag(new Flag(List.of("--url"), "URL", Flag.Use.REQUIRED, "with {name} where parameters go"))
                .option("--verb", "VERB", "HEAD, GET, POST, PUT or DELETE (default: GET)")
                .flag(new Flag(
                        List.of("--header"), "NAME:VALUE", Flag.Use.REPEATABLE, "header to send; may be repeated"))
                .option("--privilege", "COMPONENT", "what may leave: its owner's secrets (default: T, none)")
                .option("--clearance", "COMPONENT", "who may call (default: T, everybody)")
                .option("--taint", "COMPONENT", "secrecy of what comes back (default: T, public)")
                .option("--label", "LABEL", "the service's label (default: T,T)")
                .example("sluice fs mksvc '~:weather' --url 'https://api.example.com/v1/{city}'");
    }

    static Word invoke() {
        return new Word("invoke", "Call a gate or a service with your own fsutil.", FsutilWords::invoke)
                .required("PATH", "path of the gate or the service")
                .optional("PAYLOAD", "JSON, @FILE, or - for standard input (default: empty)")
                .flag(new Flag(
                        List.of("--param"),
                        "NAME=VALUE",
                        Flag.Use.REPEATABLE,
                        "parameter of the service's URL; may be repeated"))
                .example("sluice fs invoke '~:weather' --param city=bern");
    }

    private static int mkgate(Arguments arguments, Session session) {
        Json.Obj args = placed(arguments, session)
                .with("label", arguments.option("--label").orElse("T,T"));
        args = args.with("privilege", arguments.option("--privilege").orElse("T"))
                .with("clearance", arguments.option("--clearance").orElse("T"));
        if (arguments.option("--gate").isEmpty()) {
            if (arguments.option("--app").isEmpty()
                    || arguments.option("--runtime").isEmpty()) {
                throw Failure.usage("a gate needs --app FILE and --runtime RUNTIME, or --gate PATH");
            }
            args = args.with("memory", memory(arguments));
        }
        return changed("mkgate", args, arguments, session, "Created gate: ");
    }

    private static int upgate(Arguments arguments, Session session) {
        Json.Obj args = Json.Obj.empty().with("path", elements(arguments.required(0), session));
        for (String name : List.of("privilege", "clearance")) {
            args = args.with(name, textOrNull(arguments.option("--" + name)));
        }
        if (arguments.option("--gate").isEmpty()) {
            args = args.with("memory", memory(arguments));
        }
        return changed("upgate", args, arguments, session, "Updated gate: ");
    }

    private static int changed(String op, Json.Obj args, Arguments arguments, Session session, String done) {
        Optional<String> gate = arguments.option("--gate");
        Json.Obj all = args.with(
                        "gate", gate.<Json>map(path -> elements(path, session)).orElse(Json.NULL))
                .with(
                        "runtime",
                        arguments
                                .option("--runtime")
                                .map(text -> runtime(text, session))
                                .orElse(Json.NULL));
        Optional<String> app = arguments.option("--app");
        Json answer = call(op, all.with("app_image", textOrNull(app.map(file -> "@" + file))), app, session);
        session.print(answer, () -> done + arguments.required(0));
        return 0;
    }

    private static Json runtime(String text, Session session) {
        return text.indexOf(':') < 0 ? new Json.Text(text) : elements(text, session);
    }

    private static Json memory(Arguments arguments) {
        String memory = arguments.option("--memory").orElse("128");
        if (!memory.matches("[0-9]{1,6}")) {
            throw Failure.usage("--memory is a number of MiB, not " + memory);
        }
        return new Json.Num(memory);
    }

    private static int mksvc(Arguments arguments, Session session) {
        int verb = VERBS.indexOf(arguments.option("--verb").orElse("GET"));
        if (verb < 0) {
            throw Failure.usage("--verb is one of " + String.join(", ", VERBS));
        }
        Json.Obj headers = pairs(arguments.options("--header"), ':', "a header is NAME:VALUE");
        Json.Obj args = placed(arguments, session)
                .with("label", arguments.option("--label").orElse("T,T"))
                .with("url", arguments.option("--url").orElse(""))
                .with("verb", Json.Num.of(verb))
                .with("headers", headers);
        for (String name : List.of("privilege", "clearance", "taint")) {
            args = args.with(name, arguments.option("--" + name).orElse("T"));
        }
        Json answer = call("mksvc", args, Optional.empty(), session);
        session.print(answer, () -> "Created service: " + arguments.required(0));
        return 0;
    }

    private static int invoke(Arguments arguments, Session session) {
        byte[] payload = Content.of(
                arguments.positional(1).orElse(""), session.terminal().in());
        Json.Obj args = Json.Obj.empty()
                .with("path", elements(arguments.required(0), session))
                .with("sync", new Json.Bool(true))
                .with("payload", Base64.getEncoder().encodeToString(payload))
                .with("params", pairs(arguments.options("--param"), '=', "a parameter is NAME=VALUE"));
        if (call("invoke", args, Optional.empty(), session) instanceof Json.Obj answer) {
            try {
                session.terminal().out().writeBytes(Base64.getDecoder().decode(answer.show("data")));
            } catch (IllegalArgumentException e) {
                throw new Failure("the server's answer cannot be read", e);
            }
        }
        return 0;
    }

    private static Json.Obj pairs(List<String> texts, char separator, String form) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int at = text.indexOf(separator);
            if (at <= 0) {
                throw Failure.usage(form + ", not " + text);
            }
            pairs.put(text.substring(0, at).strip(), text.substring(at + 1).strip());
        }
        Json.Obj object = Json.Obj.empty();
        for (var pair : pairs.entrySet()) {
            object = object.with(pair.getKey(), pair.getValue());
        }
        return object;
    }

    private static Json textOrNull(Optional<String> text) {
        return text.<Json>map(Json.Text::new).orElse(Json.NULL);
    }

    /// `base` and `name` of a path.
    private static Json.Obj placed(Arguments arguments, Session session) {
        List<String> elements = FsutilPath.elements(arguments.required(0), () -> self(session));
        if (elements.isEmpty()) {
            throw Failure.usage("a path needs a name at its end");
        }
        return Json.Obj.empty()
                .with("base", Json.Arr.ofTexts(elements.subList(0, elements.size() - 1)))
                .with("name", elements.getLast());
    }

    private static Json elements(String path, Session session) {
        return Json.Arr.ofTexts(new ArrayList<>(FsutilPath.elements(path, () -> self(session))));
    }

    private static String self(Session session) {
        return session.api().get("/me") instanceof Json.Obj me ? me.show("login") : "";
    }

    /// @throws Failure if it did not succeed
    private static Json call(String op, Json.Obj args, Optional<String> app, Session session) {
        byte[] payload = JsonText.compact(Json.Obj.empty().with("op", op).with("args", args))
                .getBytes(StandardCharsets.UTF_8);
        Body body = Body.of(payload);
        String type = "application/json";
        if (app.isPresent()) {
            var parts = new MultipartBody().text("payload", payload);
            addTo(parts, app.get());
            body = parts;
            type = parts.contentType();
        }
        String target = Target.of("/faasten/invoke").segment("~:fsutil").toString();
        Answer answer = session.api().send("POST", target, Map.of("Content-Type", type), body);
        byte[] content = Api.bytes(answer, ANSWER_BYTES_MAX);
        if (answer.status() == 404) {
            throw new Failure("there is no fsutil in your home, or it may not answer you: `sluice whoami` makes one"
                    + " where none is");
        }
        if (!answer.isSuccess()) {
            throw Api.refusal(answer, content);
        }
        return successful(content);
    }

    private static void addTo(MultipartBody parts, String file) {
        try {
            parts.file("blob", "app_image", Path.of(file));
        } catch (IOException e) {
            throw new Failure("cannot read " + file + ": " + Failure.reason(e), e);
        }
    }

    private static Json successful(byte[] content) {
        try {
            if (JsonText.parse(content) instanceof Json.Obj answer) {
                if (answer.members().get("success") instanceof Json.Bool(boolean isDone) && isDone) {
                    return answer;
                }
                String value = answer.objectAt("error").show("value");
                throw new Failure(
                        value.isEmpty()
                                ? "fsutil could not do it: is the path right, the name free, and may you change that?"
                                : value);
            }
        } catch (NotJson e) {
            throw new Failure("the server's answer is not JSON: " + e.getMessage(), e);
        }
        throw new Failure("fsutil's answer cannot be read");
    }
}
