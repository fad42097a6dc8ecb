package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;

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
        session.print(answer, () -> (isAllowed ? "yes, " : "no, ") + asked + decided + verdict.show("message"));
        return isAllowed ? 0 : Failure.FAILED;
    }
}
