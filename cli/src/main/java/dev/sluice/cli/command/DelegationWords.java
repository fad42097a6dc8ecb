package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.config.ConfigFile;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// `delegate` and `revoke`: giving a part of what one is to somebody else, for a few minutes.
final class DelegationWords {
    private static final int TOKEN_BYTES_MAX = 64 << 10;
    private static final int NOT_ACCEPTABLE = 406;

    private DelegationWords() {}

    static Word delegate() {
        return new Word(
                        "delegate",
                        "Print a token for a part of what you are, good for 10 minutes.",
                        DelegationWords::give)
                .required("COMPONENT", "what it stands for, such as acme/user/jon/app")
                .option("--save", "CONTEXT", "keep it as a context of the configuration instead of printing it")
                .flag(Flag.bare("give it a home with an fsutil of its own", "--bootstrap"))
                .option("--clearance", "COMPONENT", "who may use that fsutil (default: the COMPONENT)")
                .example("sluice delegate acme/serviceaccount/ci/app")
                .example("sluice delegate acme/serviceaccount/ci/app --bootstrap --save app");
    }

    static Word revoke() {
        return new Word("revoke", "End all tokens that were delegated in your name.", DelegationWords::revoke)
                .example("sluice revoke");
    }

    private static int give(Arguments arguments, Session session) {
        String component = arguments.required(0);
        Json.Obj body = Json.Obj.empty()
                .with("component", component)
                .with("bootstrap", new Json.Bool(arguments.has("--bootstrap")))
                .with(
                        "clearance",
                        arguments
                                .option("--clearance")
                                .<Json>map(Json.Text::new)
                                .orElse(Json.NULL));
        Answer answer = session.api()
                .send(
                        "POST",
                        "/faasten/delegate",
                        Map.of("Content-Type", "application/json"),
                        Body.of(JsonText.compact(body).getBytes(StandardCharsets.UTF_8)));
        byte[] content = Api.bytes(answer, TOKEN_BYTES_MAX);
        if (answer.status() == NOT_ACCEPTABLE) {
            throw new Failure("you are not " + component + ": `sluice whoami` tells who you are, and only that and what"
                    + " is below it can be delegated");
        }
        if (!answer.isSuccess()) {
            throw Api.refusal(answer, content);
        }
        String token = new String(content, StandardCharsets.US_ASCII).strip();
        Optional<String> context = arguments.option("--save");
        if (context.isEmpty()) {
            session.say(token);
            return 0;
        }
        save(context.get(), token, session);
        session.say("Saved as context " + context.get() + ": `sluice manage context --set " + context.get()
                + "` makes it the current one");
        return 0;
    }

    private static void save(String name, String token, Session session) {
        ConfigFile file = session.settings().file();
        var settings = session.settings();
        Json.Obj context = Json.Obj.empty()
                .with(Setting.HOST.key(), settings.get(Setting.HOST))
                .with(Setting.PORT.key(), new Json.Num(settings.get(Setting.PORT)))
                .with(Setting.SCHEME.key(), settings.get(Setting.SCHEME))
                .with(Setting.INSECURE.key(), new Json.Bool(settings.address().insecure()))
                .with(Setting.TOKEN.key(), token);
        if (name.equals(file.current())) {
            throw Failure.usage("the context " + name + " is the current one: give it another name");
        }
        String there = LoggedIn.as(file.context(name));
        if (!there.isEmpty() && !there.equals(LoggedIn.TOKEN)) {
            throw Failure.usage("in the context " + name + " one is " + there + ": give it another name");
        }
        file.withContext(name, context).save();
    }

    private static int revoke(Arguments arguments, Session session) {
        session.api().post("/faasten/revoke", Json.Obj.empty());
        session.say("All tokens that were delegated in your name have ended");
        return 0;
    }
}
