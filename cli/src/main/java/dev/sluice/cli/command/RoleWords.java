package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.List;

/// `iam create|get|update|delete role`: named rules that policies hand out.
final class RoleWords {
    private static final String PATH = "/v1/iam/role";

    private RoleWords() {}

    static Word create() {
        return withRule(named("Create a role of one rule, for policies to hand out.", RoleWords::create))
                .example("sluice iam create role releaser --action create,update --resource 'function/web-*'")
                .example("sluice iam create policy web --subject group:web --role releaser");
    }

    static Word get() {
        return new Word("role", "Show one role, or list all, built-in ones too.", RoleWords::show)
                .optional("NAME", "the name of the role")
                .example("sluice iam get roles")
                .example("sluice iam get role viewer -o json");
    }

    static Word update() {
        return withRule(named("Replace a role's rules by one, in all policies at once.", RoleWords::update))
                .example("sluice iam update role releaser --action update --resource 'function/web-*'");
    }

    static Word delete() {
        return named("Delete a role that no policy speaks of.", RoleWords::delete)
                .example("sluice iam delete role releaser");
    }

    private static Word named(String summary, Action action) {
        return new Word("role", summary, action).required("NAME", "the name of the role");
    }

    private static Word withRule(Word word) {
        return word.flag(IamWords.ACTIONS).flag(IamWords.RESOURCES);
    }

    private static int create(Arguments arguments, Session session) {
        Json answer = session.api().post(PATH, body(arguments));
        session.print(answer, () -> "Created role: " + arguments.required(0));
        return 0;
    }

    private static int update(Arguments arguments, Session session) {
        Json answer = session.api().put(target(arguments), body(arguments));
        session.print(answer, () -> "Updated role: " + arguments.required(0));
        return 0;
    }

    private static int delete(Arguments arguments, Session session) {
        Json answer = session.api().delete(target(arguments));
        session.print(answer, () -> "Deleted role: " + arguments.required(0));
        return 0;
    }

    private static int show(Arguments arguments, Session session) {
        Json answer = session.api().get(arguments.positional(0).isPresent() ? target(arguments) : PATH);
        session.print(answer, () -> table(Rows.of(answer)));
        return 0;
    }

    private static String table(List<Json.Obj> roles) {
        var table = new Table("Name", "Actions", "Resources");
        for (Json.Obj role : roles) {
            for (Json.Obj rule : role.at("rules").map(Rows::of).orElse(List.of())) {
                String actions = RuleWords.listed(rule, "actions");
                table.row(role.show("name"), actions, RuleWords.listed(rule, "resources"));
            }
        }
        return table.text();
    }

    private static Json.Obj body(Arguments arguments) {
        requireFlag(arguments, "--action");
        requireFlag(arguments, "--resource");
        Json.Obj rule = Json.Obj.empty()
                .with("actions", Json.Arr.ofTexts(IamWords.split(arguments, "--action")))
                .with("resources", RuleWords.resources(arguments));
        return Json.Obj.empty().with("name", arguments.required(0)).with("rules", new Json.Arr(List.of(rule)));
    }

    private static void requireFlag(Arguments arguments, String flag) {
        if (IamWords.split(arguments, flag).isEmpty()) {
            throw Failure.usage("missing flag: " + flag);
        }
    }

    private static String target(Arguments arguments) {
        return Target.of(PATH).segment(arguments.required(0)).toString();
    }
}
