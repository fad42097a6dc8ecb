package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `get versions`, `delete version` and `alias`: what functions were, and names for it.
final class VersionWords {
    private static final String FUNCTIONS = "/v1/function";
    private static final String FUNCTION = "FUNCTION";
    private static final String THE_FUNCTION = "the function's name";
    private static final String ALIAS = "ALIAS";
    private static final String THE_ALIAS = "the alias's name";
    private static final Pattern SHARE = Pattern.compile("([0-9]{1,18})(?:=([0-9]{1,3}))?");

    private VersionWords() {}

    static Word get() {
        return new Word("version", "List a function's versions, the newest first, or show one.", VersionWords::show)
                .required(FUNCTION, THE_FUNCTION)
                .optional("VERSION", "the version's number")
                .example("sluice get versions hello")
                .example("sluice exec hello:3 --wait");
    }

    static Word delete() {
        return new Word("version", "Delete one version of a function.", VersionWords::remove)
                .required(FUNCTION, THE_FUNCTION)
                .required("VERSION", "the version's number")
                .example("sluice delete version hello 3");
    }

    static Word aliases() {
        return new Word(
                        "alias",
                        "Name versions of functions, and share runs among them.",
                        List.of(
                                named("create", "Make a name for one version or several.", VersionWords::create),
                                named("update", "Let an alias name other versions.", VersionWords::update),
                                new Word("get", "Show one alias of a function, or list all.", VersionWords::showAliases)
                                        .required(FUNCTION, THE_FUNCTION)
                                        .optional(ALIAS, THE_ALIAS)
                                        .example("sluice alias get hello"),
                                one("delete", "Delete an alias.", VersionWords::delete),
                                one(
                                        "rollback",
                                        "Let an alias name again what it named before.",
                                        VersionWords::rollBack)))
                .example("sluice alias create hello prod 3")
                .example("sluice alias update hello prod 3=90,4=10")
                .example("sluice alias rollback hello prod")
                .example("sluice exec hello:prod --wait");
    }

    private static Word one(String name, String summary, Action action) {
        return new Word(name, summary, action)
                .required(FUNCTION, THE_FUNCTION)
                .required(ALIAS, THE_ALIAS)
                .example("sluice alias " + name + " hello prod");
    }

    private static Word named(String name, String summary, Action action) {
        return new Word(name, summary, action)
                .required(FUNCTION, THE_FUNCTION)
                .required(ALIAS, THE_ALIAS)
                .required("VERSIONS", "a version, or several with their shares in percent, such as 3=90,4=10")
                .example("sluice alias " + name + " hello prod 3=90,4=10");
    }

    private static Target target(Arguments arguments, String what) {
        return Target.of(FUNCTIONS).segment(arguments.required(0)).segment(what);
    }

    private static String alias(Arguments arguments) {
        return target(arguments, "aliases").segment(arguments.required(1)).toString();
    }

    private static int show(Arguments arguments, Session session) {
        Target target = target(arguments, "versions");
        arguments.positional(1).ifPresent(target::segment);
        Json answer = session.api().get(target.toString());
        session.print(answer, () -> {
            var table = new Table("Version", "Image", "Handler", "Created Date");
            Rows.of(answer)
                    .forEach(version -> table.row(
                            version.show("version"),
                            version.show("image"),
                            version.show("handler"),
                            Rows.time(version, "createdTime")));
            return table.text();
        });
        return 0;
    }

    private static int remove(Arguments arguments, Session session) {
        Target target = target(arguments, "versions").segment(arguments.required(1));
        Json answer = session.api().delete(target.toString());
        session.print(answer, () -> "Deleted version: " + arguments.required(0) + ":" + arguments.required(1));
        return 0;
    }

    private static int showAliases(Arguments arguments, Session session) {
        Target target = target(arguments, "aliases");
        arguments.positional(1).ifPresent(target::segment);
        Json answer = session.api().get(target.toString());
        session.print(answer, () -> {
            var table = new Table("Name", "Versions", "Before", "Modified Date");
            Rows.of(answer)
                    .forEach(alias -> table.row(
                            alias.show("name"),
                            shares(alias, "versions"),
                            shares(alias, "previous"),
                            Rows.time(alias, "modifiedTime")));
            return table.text();
        });
        return 0;
    }

    /// `3=90,4=10`
    private static String shares(Json.Obj alias, String field) {
        return alias.members().get(field) instanceof Json.Arr(var shares)
                ? shares.stream()
                        .filter(Json.Obj.class::isInstance)
                        .map(Json.Obj.class::cast)
                        .map(share -> share.show("version") + "=" + share.show("weight"))
                        .collect(Collectors.joining(","))
                : "";
    }

    private static int create(Arguments arguments, Session session) {
        Json answer = session.api().post(target(arguments, "aliases").toString(), body(arguments));
        return said("Created alias: ", arguments, session, answer);
    }

    private static int update(Arguments arguments, Session session) {
        Json answer = session.api().put(alias(arguments), body(arguments));
        return said("Updated alias: ", arguments, session, answer);
    }

    private static int delete(Arguments arguments, Session session) {
        return said("Deleted alias: ", arguments, session, session.api().delete(alias(arguments)));
    }

    private static int rollBack(Arguments arguments, Session session) {
        Json answer = session.api().post(alias(arguments) + "/rollback", Json.Obj.empty());
        return said("Rolled back alias: ", arguments, session, answer);
    }

    private static int said(String what, Arguments arguments, Session session, Json answer) {
        session.print(answer, () -> what + arguments.required(0) + ":" + arguments.required(1));
        return 0;
    }

    /// What `3=90` says, or `3`.
    ///
    /// @param otherwise what is said of other texts
    static Json.Obj share(String said, String otherwise) {
        Matcher parts = SHARE.matcher(said);
        if (!parts.matches()) {
            throw Failure.usage(otherwise);
        }
        Json.Obj share = Json.Obj.empty().with("version", Json.Num.of(Long.parseLong(parts.group(1))));
        String weight = parts.group(2);
        return weight == null ? share : share.with("weight", Json.Num.of(Long.parseLong(weight)));
    }

    private static Json.Obj body(Arguments arguments) {
        List<Json> shares = new ArrayList<>();
        for (String share : arguments.required(2).split(",", -1)) {
            shares.add(share(share, "versions are a number, or numbers with shares such as 3=90,4=10"));
        }
        return Json.Obj.empty().with("name", arguments.required(1)).with("versions", new Json.Arr(shares));
    }
}
