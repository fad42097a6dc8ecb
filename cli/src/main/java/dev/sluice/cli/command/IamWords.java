package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.KeyKind;
import dev.sluice.cli.api.KeyPairFile;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/// `iam create|get|update|delete organization|policy|serviceaccount`, in the words of Dispatch's client.
final class IamWords {
    private IamWords() {}

    /// @param path where the server keeps them
    /// @param created, updated, deleted what is said before the name
    private record Kind(String word, String path, String created, String updated, String deleted) {
        String target(String name) {
            return Target.of(path).segment(name).toString();
        }
    }

    private static final Kind ORGANIZATION = new Kind(
            "organization",
            "/v1/iam/organization",
            "Created organization: ",
            "Updated organization: ",
            "Deleted Organization: ");
    private static final Kind POLICY =
            new Kind("policy", "/v1/iam/policy", "Created policy: ", "Updated policy: ", "Deleted policy: ");
    private static final Kind ACCOUNT = new Kind(
            "serviceaccount",
            "/v1/iam/serviceaccount",
            "Create service account: ",
            "Updated service account: ",
            "Deleted ServiceAccount: ");

    static final Flag ACTIONS = words("--action", "ACTION", "get, create, update, delete or '*'; A,B or repeated");
    static final Flag RESOURCES =
            words("--resource", "RESOURCE", "such as function, runs/NAME or '*'; A,B or repeated");

    static Word all() {
        return new Word(
                        "iam",
                        "Manage organizations, policies, roles and service accounts.",
                        List.of(create(), get(), update(), delete(), DecisionWords.can(), WhatIfWords.whatIf()))
                .example("sluice iam create organization acme")
                .example("sluice iam create serviceaccount ci --public-key ci.pub --organization acme")
                .example("sluice iam create policy dev --subject ci --action '*' --resource function,runs");
    }

    private static Word create() {
        Word organization = named(ORGANIZATION, "Create an organization.", making(ORGANIZATION, IamWords::named))
                .example("sluice iam create organization acme");
        Word policy = withRule(named(POLICY, "Create a policy of one rule.", making(POLICY, IamWords::policy)))
                .example("sluice iam create policy dev --subject ci --action '*' --resource function,runs")
                .example("sluice iam create policy look --subject ci --action get --resource '*' --global")
                .example("sluice iam create policy monitoring --subject monitor --role viewer");
        Word account = withNewKey(named(ACCOUNT, "Create a service account, with a key pair.", IamWords::createAccount))
                .example("sluice iam create serviceaccount ci")
                .example("sluice iam create serviceaccount ci --public-key ci.pub");
        return new Word(
                "create",
                "Create something.",
                Plurals.with(List.of(organization, policy, account, RoleWords.create(), KeyWords.create())));
    }

    private static Word get() {
        Word policy = shown(POLICY, "Show one policy, or list all.")
                .flag(Flag.bare("show the rules too", "-w", "--wide"))
                .example("sluice iam get policies --wide")
                .example("sluice iam get policy dev -o json");
        return new Word(
                "get",
                "Show or list something.",
                Plurals.with(List.of(
                        shown(ORGANIZATION, "Show one organization, or list those that you may see.")
                                .example("sluice iam get organizations"),
                        policy,
                        shown(ACCOUNT, "Show one service account, or list all.")
                                .example("sluice iam get serviceaccounts"),
                        RoleWords.get(),
                        KeyWords.get(),
                        QuotaWords.get())));
    }

    private static Word update() {
        Word policy = withRule(named(POLICY, "Replace a policy's rules by one.", changing(POLICY, IamWords::policy)))
                .example("sluice iam update policy dev --subject ci --action get --resource function");
        Word account = withKey(
                        named(ACCOUNT, "Replace a service account's keys.", changing(ACCOUNT, IamWords::account)))
                .example("sluice iam update serviceaccount ci --public-key new.pub");
        Word organization = named(
                        ORGANIZATION,
                        "Write an organization anew; nothing of it can be changed yet.",
                        changing(ORGANIZATION, IamWords::named))
                .example("sluice iam update organization acme");
        return BatchWords.update(
                Plurals.with(List.of(organization, policy, account, RoleWords.update(), QuotaWords.update())));
    }

    private static Word delete() {
        Word organization = Cascade.offeredBy(named(
                        ORGANIZATION,
                        "Delete an organization: empty, or with all that it has.",
                        deleting(ORGANIZATION)))
                .example("sluice iam delete organization acme")
                .example("sluice iam delete organization acme --cascade")
                .example("sluice iam delete organization acme --cascade --yes");
        return new Word(
                "delete",
                "Delete something.",
                Plurals.with(List.of(
                        organization,
                        named(POLICY, "Delete a policy.", deleting(POLICY)).example("sluice iam delete policy dev"),
                        named(ACCOUNT, "Delete a service account.", deleting(ACCOUNT))
                                .example("sluice iam delete serviceaccount ci"),
                        RoleWords.delete(),
                        KeyWords.delete())));
    }

    private static Word named(Kind kind, String summary, Action action) {
        return new Word(kind.word(), summary, action).required("NAME", "the name of the " + kind.word());
    }

    private static Word shown(Kind kind, String summary) {
        return new Word(kind.word(), summary, (arguments, session) -> show(kind, arguments, session))
                .optional("NAME", "the name of the " + kind.word());
    }

    private static Word withRule(Word word) {
        return word.flag(
                        words("--subject", "SUBJECT", "who, such as NAME of an account or group:NAME; A,B or repeated"))
                .flag(ACTIONS)
                .flag(RESOURCES)
                .flag(words("--role", "ROLE", "instead of both: admin, developer, viewer, invoker or your own"))
                .flag(Flag.bare("deny instead of allow: wins over whatever allows", "--deny"))
                .flag(Flag.bare("in every organization, not only in this one", "-g", "--global"));
    }

    private static Flag words(String name, String label, String description) {
        return new Flag(List.of(name), label, Flag.Use.REPEATABLE, description);
    }

    /// @param word for what gets a key that is made here or elsewhere
    static Word withNewKey(Word word) {
        return withKey(word)
                .option("--private-key", "FILE", "without --public-key: where to write the private key (NAME.pem)")
                .option("--key-kind", "KIND", "without --public-key: rsa, p256 or ed25519 (rsa)");
    }

    private static Word withKey(Word word) {
        return word.option("--public-key", "FILE", "the account's public key (PEM): RSA, P-256 or Ed25519");
    }

    private static Action making(Kind kind, Function<Arguments, Json.Obj> body) {
        return (arguments, session) -> {
            Json answer = session.api().post(kind.path(), body.apply(arguments));
            session.print(answer, () -> kind.created() + arguments.required(0));
            return 0;
        };
    }

    private static Action changing(Kind kind, Function<Arguments, Json.Obj> body) {
        return (arguments, session) -> {
            String name = arguments.required(0);
            Json answer = session.api().put(kind.target(name), body.apply(arguments));
            session.print(answer, () -> kind.updated() + name);
            return 0;
        };
    }

    private static Action deleting(Kind kind) {
        return (arguments, session) -> {
            String name = arguments.required(0);
            String query = Cascade.query(arguments, session, name);
            Json answer = session.api().delete(kind.target(name) + query);
            session.print(answer, () -> kind.deleted() + name);
            return 0;
        };
    }

    /// Makes the key pair if no public key is given. Nothing is left of it if the server says no.
    private static int createAccount(Arguments arguments, Session session) {
        if (arguments.option("--public-key").isPresent()) {
            return making(ACCOUNT, IamWords::account).run(arguments, session);
        }
        String name = arguments.required(0);
        Path file = Path.of(arguments.option("--private-key").orElse(name + ".pem"));
        String publicKey = KeyPairFile.make(file, kind(arguments));
        try {
            Json answer = session.api().post(ACCOUNT.path(), named(arguments).with("publicKey", publicKey));
            session.print(answer, () -> ACCOUNT.created() + name + "\nIts private key is " + file);
            return 0;
        } catch (Failure no) {
            KeyPairFile.removeIfUnused(file, no);
            throw no;
        }
    }

    static KeyKind kind(Arguments arguments) {
        String word = arguments.option("--key-kind").orElse("rsa");
        return KeyKind.named(word)
                .orElseThrow(() -> Failure.usage("the kind of a key is one of " + KeyKind.words() + ", not " + word));
    }

    private static int show(Kind kind, Arguments arguments, Session session) {
        Json answer =
                session.api().get(arguments.positional(0).map(kind::target).orElse(kind.path()));
        boolean isWide = arguments.has("--wide");
        session.print(answer, () -> isWide ? wide(Rows.of(answer)) : narrow(Rows.of(answer)));
        return 0;
    }

    private static String narrow(List<Json.Obj> entities) {
        var table = new Table("Name", "Created Date");
        entities.forEach(entity -> table.row(entity.show("name"), Rows.time(entity, "createdTime")));
        return table.text();
    }

    private static String wide(List<Json.Obj> policies) {
        var table = new Table("Name", "Created Date", "Rules");
        for (Json.Obj policy : policies) {
            RuleWords.of(policy)
                    .forEach(rule -> table.row(policy.show("name"), Rows.time(policy, "createdTime"), rule));
        }
        return table.text();
    }

    private static Json.Obj named(Arguments arguments) {
        return Json.Obj.empty().with("name", arguments.required(0));
    }

    private static Json.Obj account(Arguments arguments) {
        return named(arguments).with("publicKey", publicKey(arguments));
    }

    /// The file of `--public-key`, as the server takes it.
    static String publicKey(Arguments arguments) {
        byte[] pem = Content.ofFile(
                arguments.option("--public-key").orElseThrow(() -> Failure.usage("missing flag: --public-key FILE")));
        return Base64.getEncoder().encodeToString(pem);
    }

    private static Json.Obj policy(Arguments arguments) {
        List<String> roles = split(arguments, "--role");
        for (String flag : roles.isEmpty() ? List.of("--subject", "--action", "--resource") : List.of("--subject")) {
            if (split(arguments, flag).isEmpty()) {
                throw Failure.usage("missing flag: " + flag + (flag.equals("--subject") ? "" : ", or --role instead"));
            }
        }
        Json.Obj rule = Json.Obj.empty();
        if (arguments.has("--deny")) {
            rule = rule.with("effect", "deny");
        }
        if (!roles.isEmpty()) {
            rule = rule.with("roles", Json.Arr.ofTexts(roles));
        }
        if (roles.isEmpty() || !arguments.options("--action").isEmpty()) {
            rule = rule.with("actions", Json.Arr.ofTexts(split(arguments, "--action")));
        }
        if (roles.isEmpty() || !arguments.options("--resource").isEmpty()) {
            rule = rule.with("resources", RuleWords.resources(arguments));
        }
        rule = rule.with("subjects", Json.Arr.ofTexts(split(arguments, "--subject")));
        Json.Obj body =
                arguments.has("--global") ? Json.Obj.empty().with("global", new Json.Bool(true)) : Json.Obj.empty();
        return body.with("name", arguments.required(0)).with("rules", new Json.Arr(List.of(rule)));
    }

    static List<String> split(Arguments arguments, String flag) {
        return arguments.options(flag).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
