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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `invoke` and `whoami`.
final class FaastenWords {
    private static final int REFUSAL_BYTES_MAX = 64 << 20;

    private FaastenWords() {}

    static Word invoke() {
        return new Word("invoke", "Call the gate at a path and print what it answers.", FaastenWords::invoke)
                .required("PATH", "the gate's path, such as ~:hello or home:<acme,acme>:hello")
                .optional("PAYLOAD", "JSON, @FILE, or - for standard input (default: {})")
                .option("--label", "LABEL", "label of the payload, such as acme,T")
                .flag(repeatable("--blob", "FILE", "file to send along, under its name; may be repeated"))
                .flag(repeatable("--header", "NAME:VALUE", "header that the function gets; may be repeated"))
                .example("sluice invoke '~:hello' '{\"name\": \"Jon\"}'")
                .example("sluice invoke 'home:<acme/runs,acme>:report' @query.json --label acme/runs,T")
                .example("sluice invoke '~:thumbnail' '{\"width\": 80}' --blob photo.jpg --header 'X-Trace: 7'");
    }

    private static Flag repeatable(String name, String label, String description) {
        return new Flag(List.of(name), label, Flag.Use.REPEATABLE, description);
    }

    static Word whoami() {
        return new Word("whoami", "Show who the server takes you for.", FaastenWords::whoami).example("sluice whoami");
    }

    private static int invoke(Arguments arguments, Session session) {
        byte[] payload = Content.of(
                arguments.positional(1).orElse("{}"), session.terminal().in());
        String target =
                Target.of("/faasten/invoke").segment(arguments.required(0)).toString();
        Answer answer = send(arguments, payload, target, session.api());
        if (answer.isSuccess()) {
            session.copyOut(answer);
            return 0;
        }
        return refused(answer, session);
    }

    private static Answer send(Arguments arguments, byte[] payload, String target, Api api) {
        var headers = new LinkedHashMap<String, String>();
        arguments.options("--header").forEach(header -> addTo(headers, header));
        if (arguments.options("--blob").isEmpty()) {
            headers.put("Content-Type", "application/json");
            arguments.option("--label").ifPresent(label -> headers.put("X-Faasten-Label", label));
            return api.send("POST", target, headers, Body.of(payload));
        }
        var parts = new MultipartBody().text("payload", payload);
        arguments.option("--label").ifPresent(label -> parts.text("label", label.getBytes(StandardCharsets.UTF_8)));
        arguments.options("--blob").forEach(file -> addTo(parts, Path.of(file)));
        headers.put("Content-Type", parts.contentType());
        return api.send("POST", target, headers, parts);
    }

    private static void addTo(Map<String, String> headers, String header) {
        int colon = header.indexOf(':');
        if (colon <= 0) {
            throw Failure.usage("a header is NAME:VALUE, not " + header);
        }
        headers.put(
                header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }

    private static void addTo(MultipartBody parts, Path file) {
        try {
            parts.file("blob", String.valueOf(file.getFileName()), file);
        } catch (IOException e) {
            throw new Failure("cannot read " + file + ": " + Failure.reason(e), e);
        }
    }

    /// A gate may answer with any status: what it says then goes to standard output as it is. The server's own
    /// refusals are messages for people.
    private static int refused(Answer answer, Session session) {
        byte[] body = Api.bytes(answer, REFUSAL_BYTES_MAX);
        if (!isServersOwn(body)) {
            session.terminal().out().writeBytes(body);
        }
        throw Api.refusal(answer, body);
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
