package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import dev.sluice.cli.json.Table;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// `create|get|delete serviceinstance` and `get serviceclass`.
final class ServiceWords {
    static final EntityWords CLASS =
            new EntityWords("/v1/serviceclass", "serviceclass", "service class", ServiceWords::classes);

    static final EntityWords INSTANCE =
            new EntityWords("/v1/serviceinstance", "serviceinstance", "service instance", ServiceWords::instances);

    private ServiceWords() {}

    static Word create() {
        return new Word(
                        "serviceinstance",
                        "Create a service instance, for functions to use.",
                        (arguments, session) -> INSTANCE.create(session, arguments.required(0), instance(arguments)))
                .required("NAME", "the service instance's name")
                .required("CLASS", "its service class")
                .required("PLAN", "the class's plan, such as default")
                .flag(Flag.valued("JSON", "parameters: a JSON object", "-p", "--params"))
                .flag(several("a secret with more of them; may be repeated", "-s", "--secret-params"))
                .flag(Flag.valued("JSON", "the binding's parameters: a JSON object", "-P", "--binding-params"))
                .flag(several("a secret with more of them; may be repeated", "-S", "--binding-secret-params"))
                .flag(Flag.valued("KEY", "accepted for compatibility; changes nothing", "-B", "--binding-secret"))
                .example("sluice create serviceinstance db user-provided-service default"
                        + " --params '{\"url\": \"pg://db\"}'")
                .example("sluice create serviceinstance db user-provided-service default -s db-password");
    }

    private static Flag several(String description, String... names) {
        return new Flag(List.of(names), "SECRET", Flag.Use.REPEATABLE, description);
    }

    private static Json.Obj instance(Arguments arguments) {
        Json.Obj binding = Json.Obj.empty()
                .with("bindingSecret", arguments.option("--binding-secret").orElse(""))
                .with("parameters", parameters(arguments, "--binding-params"))
                .with("reason", Json.NULL)
                .with("secretParameters", Json.Arr.ofTexts(arguments.options("--binding-secret-params")));
        return Json.Obj.empty()
                .with("binding", binding)
                .with("name", arguments.required(0))
                .with("parameters", parameters(arguments, "--params"))
                .with("reason", Json.NULL)
                .with("secretParameters", Json.Arr.ofTexts(arguments.options("--secret-params")))
                .with("serviceClass", arguments.required(1))
                .with("servicePlan", arguments.required(2))
                .with("tags", Json.NULL);
    }

    /// What is wrong is said without saying what was given.
    private static Json parameters(Arguments arguments, String flag) {
        return arguments.option(flag).map(text -> object(flag, text)).orElse(Json.NULL);
    }

    private static Json object(String flag, String text) {
        try {
            if (JsonText.parse(text.getBytes(StandardCharsets.UTF_8)) instanceof Json.Obj given) {
                return given;
            }
        } catch (NotJson wrong) {
            throw Failure.usage(flag + " must be a JSON object, such as {\"url\": \"pg://db\"}");
        }
        throw Failure.usage(flag + " must be a JSON object, such as {\"url\": \"pg://db\"}");
    }

    private static String classes(List<Json.Obj> all) {
        var table = new Table("Name", "Broker", "Status", "Description");
        all.forEach(one -> table.row(one.show("name"), one.show("broker"), Rows.status(one), one.show("description")));
        return table.text();
    }

    private static String instances(List<Json.Obj> all) {
        var table = new Table("Name", "Service Class", "Service Plan", "Status", "Created Date");
        all.forEach(one -> table.row(
                one.show("name"),
                one.show("serviceClass"),
                one.show("servicePlan"),
                Rows.status(one),
                Rows.time(one, "createdTime")));
        return table.text();
    }
}
