package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import dev.sluice.cli.json.Table;
import java.util.List;

/// `create|update|get|delete secret`. No message and no table holds a value, unless it is asked for.
final class SecretWords {
    private static final String SECRETS = "/v1/secret";
    private static final String SHAPE = "{\"password\": \"OpenSesame\"}";

    private SecretWords() {}

    static Word create() {
        return withFile(named("Create a secret from a JSON file.", SecretWords::create))
                .example("sluice create secret open-sesame ./secret.json")
                .example("gpg --decrypt ./secret.json.gpg | sluice create secret open-sesame -");
    }

    static Word update() {
        return withFile(named("Replace a secret's values: its next version.", SecretWords::update))
                .example("sluice update secret open-sesame ./secret.json");
    }

    static Word get() {
        return new Word("secret", "Show one secret, or list all that you may see.", SecretWords::get)
                .optional("NAME", "the secret's name")
                .flag(Flag.bare("show the values too", "--all"))
                .option("--version", "N", "an older version; the last ten are kept")
                .flag(Flag.valued("APPLICATION", "accepted for compatibility; changes nothing", "-a", "--application"))
                .example("sluice get secrets")
                .example("sluice get secret open-sesame --all")
                .example("sluice get secret open-sesame --version 1 -o json");
    }

    static Word delete() {
        return named("Delete a secret with all its versions.", SecretWords::delete)
                .example("sluice delete secret open-sesame");
    }

    private static Word named(String summary, Action action) {
        return new Word("secret", summary, action).required("NAME", "the secret's name");
    }

    private static Word withFile(Word word) {
        return word.required("FILE", "the values by their keys, such as " + SHAPE + "; - for standard input")
                .flag(Flag.valued("APPLICATION", "application to tag the secret with", "-a", "--application"));
    }

    private static int create(Arguments arguments, Session session) {
        Json answer = session.api().post(SECRETS, body(arguments, session));
        session.print(answer, () -> "Created secret: " + arguments.required(0));
        return 0;
    }

    private static int update(Arguments arguments, Session session) {
        Json answer = session.api().put(target(arguments), body(arguments, session));
        session.print(answer, () -> "Updated secret: " + arguments.required(0));
        return 0;
    }

    private static int delete(Arguments arguments, Session session) {
        Json _ = session.api().delete(target(arguments)); // no content
        String name = arguments.required(0);
        session.print(Json.Obj.empty().with("kind", "Secret").with("name", name), () -> "Deleted secret: " + name);
        return 0;
    }

    private static int get(Arguments arguments, Session session) {
        boolean isOne = arguments.positional(0).isPresent();
        if (!isOne && arguments.option("--version").isPresent()) {
            throw Failure.usage("--version goes with the name of a secret");
        }
        Json answer = session.api().get(isOne ? versioned(arguments) : SECRETS);
        session.print(answer, () -> table(Rows.of(answer), arguments.has("--all")));
        return 0;
    }

    private static String versioned(Arguments arguments) {
        Target target = Target.of(SECRETS).segment(arguments.required(0));
        return arguments
                .option("--version")
                .map(version -> target.query("version", version))
                .orElse(target)
                .toString();
    }

    private static String table(List<Json.Obj> secrets, boolean isOpen) {
        var table = new Table("ID", "Name", "Content");
        for (Json.Obj secret : secrets) {
            String content = isOpen ? JsonText.compact(secret.objectAt("secrets")) : "<hidden>";
            table.row(secret.show("id"), secret.show("name"), content);
        }
        return table.text() + (isOpen ? "" : "\nNote: secret values are hidden, please use --all flag to get them");
    }

    private static Json.Obj body(Arguments arguments, Session session) {
        return Json.Obj.empty()
                .with("name", arguments.required(0))
                .with("secrets", values(arguments.required(1), session))
                .with(
                        "tags",
                        arguments.option("--application").map(SecretWords::tags).orElse(Json.NULL));
    }

    private static Json tags(String application) {
        return new Json.Arr(List.of(Json.Obj.empty().with("key", "Application").with("value", application)));
    }

    /// What is wrong with a file is said without saying what is in it.
    private static Json.Obj values(String file, Session session) {
        try {
            if (JsonText.parse(Content.ofFile(file, session.terminal().in())) instanceof Json.Obj values
                    && values.members().values().stream().allMatch(Json.Text.class::isInstance)) {
                return values;
            }
        } catch (NotJson wrong) {
            throw unusable(file);
        }
        throw unusable(file);
    }

    private static Failure unusable(String file) {
        return Failure.usage((file.equals("-") ? "standard input" : "the secret file " + file)
                + " must be JSON, texts by their keys, such as " + SHAPE);
    }

    private static String target(Arguments arguments) {
        return Target.of(SECRETS).segment(arguments.required(0)).toString();
    }
}
