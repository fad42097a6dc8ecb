package dev.sluice.cli.command;

import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.util.LinkedHashMap;

/// `invoke` and `whoami`.
final class FaastenWords {
    private static final int REFUSAL_BYTES_MAX = 64 << 20;

    private FaastenWords() {}

    static Word invoke() {
        return new Word("invoke", "Call the gate at a path and print what it answers.", FaastenWords::invoke)
                .required("PATH", "the gate's path, such as ~:hello or home:<acme,acme>:hello")
                .optional("PAYLOAD", "JSON, @FILE, or - for standard input (default: {})")
                .option("--label", "LABEL", "label of the payload, such as acme,T")
                .example("sluice invoke '~:hello' '{\"name\": \"Jon\"}'")
                .example("sluice invoke 'home:<acme/runs,acme>:report' @query.json --label acme/runs,T");
    }

    static Word whoami() {
        return new Word("whoami", "Show who the server takes you for.", FaastenWords::whoami).example("sluice whoami");
    }

    private static int invoke(Arguments arguments, Session session) {
        byte[] payload = Content.of(
                arguments.positional(1).orElse("{}"), session.terminal().in());
        String target =
                Target.of("/faasten/invoke").segment(arguments.required(0)).toString();
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/json");
        arguments.option("--label").ifPresent(label -> headers.put("X-Faasten-Label", label));

        Answer answer = session.api().send("POST", target, headers, Body.of(payload));
        if (answer.isSuccess()) {
            session.copyOut(answer);
            return 0;
        }
        return refused(answer, session);
    }

    /// A gate may answer with any status: what it says then goes to standard output as it is. The server's own
    /// refusals are messages for people.
    private static int refused(Answer answer, Session session) {
        byte[] body = Api.bytes(answer, REFUSAL_BYTES_MAX);
        if (!isServersOwn(body)) {
            session.terminal().out().writeBytes(body);
        }
        throw Api.refusal(answer.status(), body);
    }

    private static boolean isServersOwn(byte[] body) {
        if (body.length == 0) {
            return true;
        }
        try {
            return JsonText.parse(body) instanceof Json.Obj error
                    && error.wholeAt("code").isPresent()
                    && error.at("message").isPresent();
        } catch (NotJson e) {
            return false;
        }
    }

    private static int whoami(Arguments arguments, Session session) {
        Json answer = session.api().get("/me");
        session.print(answer, () -> answer instanceof Json.Obj me ? me.show("login") : "");
        return 0;
    }
}
