package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.List;

/// `explain` and `audit`.
final class AuditWords {
    private static final String VERIFY = "/v1/audit/verify";

    private AuditWords() {}

    static Word explain() {
        return new Word("explain", "Show why something was refused, or has its label.", AuditWords::explain)
                .required("ID", "a run's id, or what an answer had as X-Request-Id")
                .alsoPrints("text", "dot", "svg")
                .example("sluice explain 11111111-2222-4333-8444-555555555555")
                .example("sluice explain 0123456789abcdef0123456789abcdef -o svg > why.svg");
    }

    static Word audit() {
        return new Word("audit", "Read and check the audit log.", List.of(list(), verify()));
    }

    private static Word list() {
        return new Word("list", "List the records that one may read, newest first.", AuditWords::list)
                .lent()
                .example("sluice audit list")
                .example("sluice audit list -o json");
    }

    private static Word verify() {
        return new Word(
                        "verify",
                        "Check that no record was changed, moved or removed, and print the head to keep.",
                        AuditWords::verify)
                .flag(Flag.bare(
                        "the operator's own chains: for who may do everything in every organization", "--operator"))
                .option("--expect", "HEAD", "a head that was printed before: nothing up to it may differ")
                .example("sluice audit verify")
                .example("sluice audit verify --operator")
                .example("sluice audit verify --expect 12-6f70a1.40-9be3c2");
    }

    private static int explain(Arguments arguments, Session session) {
        Target target = Target.of("/v1/explain").segment(arguments.required(0));
        String format = session.format();
        if (format.equals("json") || format.equals("yaml")) {
            session.print(session.api().get(target.toString()));
            return 0;
        }
        target.query("format", format.equals("table") ? "text" : format);
        session.copyOut(session.api().call("GET", target.toString(), Body.NONE));
        return 0;
    }

    private static int list(Arguments arguments, Session session) {
        Json records = session.api().get("/v1/audit");
        session.print(records, () -> table(Rows.of(records)));
        return 0;
    }

    private static String table(List<Json.Obj> records) {
        var table = new Table("Time", "Kind", "Who", "What", "Label");
        records.forEach(record -> table.row(
                record.show("time"),
                record.show("kind"),
                record.show("who"),
                record.show("what"),
                record.show("label")));
        return table.text();
    }

    private static int verify(Arguments arguments, Session session) {
        Target target = Target.of(VERIFY);
        if (arguments.has("--operator")) {
            target.query("chains", "operator");
        }
        arguments.option("--expect").ifPresent(head -> target.query("expect", head));
        Json answer = session.api().get(target.toString());
        Json.Obj verdict = answer instanceof Json.Obj found ? found : Json.Obj.empty();
        boolean isSound = verdict.show("sound").equals("true");
        session.print(
                answer,
                () -> isSound
                        ? "sound: " + verdict.show("records") + " records\nhead: " + verdict.show("head")
                        : "broken: record " + verdict.show("record") + " of " + verdict.show("chain") + " "
                                + verdict.show("reason"));
        return isSound ? 0 : Failure.FAILED;
    }
}
