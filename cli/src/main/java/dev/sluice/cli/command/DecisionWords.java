package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.config.Settings;
import dev.sluice.cli.json.Json;
import java.util.List;
import java.util.stream.Collectors;

/// `iam can`: asking what the policies decide.
final class DecisionWords {
    private static final String CAN = "/v1/iam/can";

    private DecisionWords() {}

    static Word can() {
        return new Word(
                        "can",
                        "Tell whether somebody may do something, and which rule decides; no makes the exit code 1.",
                        DecisionWords::can)
                .required("SUBJECT", "a service account, a mail address or group:NAME")
                .required("ACTION", "get, create, update or delete")
                .required("RESOURCE", "such as function, or runs/NAME for one object")
                .example("sluice iam can ci create runs")
                .example("sluice iam can jon@acme.com get secret/db -o json");
    }

    private static int can(Arguments arguments, Session session) {
        String subject = arguments.required(0);
        String action = arguments.required(1);
        String resource = arguments.required(2);
        Json answer = session.api()
                .get(Target.of(CAN)
                        .query("subject", subject)
                        .query("action", action)
                        .query("resource", resource)
                        .toString());
        Json.Obj verdict = answer instanceof Json.Obj found ? found : Json.Obj.empty();
        boolean isAllowed = verdict.show("allowed").equals("true");
        String asked = subject + " " + action + " " + resource;
        String decided = verdict.show("policy").isEmpty() ? ": " : " ";
        session.print(
                answer,
                () -> (isAllowed ? "yes, " : "no, ")
                        + asked
                        + decided
                        + verdict.show("message")
                        + more(verdict, isAllowed, session.settings()));
        return isAllowed ? 0 : Failure.FAILED;
    }

    /// What one could type next.
    private static String more(Json.Obj verdict, boolean isAllowed, Settings settings) {
        var lines = new StringBuilder();
        if (!verdict.show("note").isEmpty()) {
            lines.append("\nNote: ").append(verdict.show("note"));
        }
        String organization = settings.explicit(Setting.ORGANIZATION)
                .map(name -> " --organization " + quoted(name))
                .orElse("");
        Json.Obj missing = verdict.objectAt("missing");
        if (!missing.members().isEmpty()) {
            lines.append("\nTo allow exactly that: sluice iam create policy ").append(missing.show("name"));
            lines.append(flag(missing, "subjects", " --subject ")).append(flag(missing, "actions", " --action "));
            lines.append(flag(missing, "resources", " --resource ")).append(organization);
        } else if (!isAllowed && !verdict.show("policy").isEmpty()) {
            lines.append("\nA denial wins over whatever allows. To see it: sluice iam get policy ");
            lines.append(verdict.show("policy")).append(" -o json").append(organization);
        }
        return lines.toString();
    }

    private static String flag(Json.Obj missing, String member, String flag) {
        List<Json> words = missing.at(member).orElse(Json.NULL) instanceof Json.Arr(var items) ? items : List.of();
        return words.stream()
                .map(word -> word instanceof Json.Text(String text) ? flag + quoted(text) : "")
                .collect(Collectors.joining());
    }

    /// As a shell takes it for one word.
    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_@./:+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
