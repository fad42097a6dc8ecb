package dev.sluice.cli.command;

import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.List;

/// `get api`: as it was made, or what may flow through it.
final class ApiFlowWords {
    private static final String FLOWS = "--flows";

    private ApiFlowWords() {}

    static Word get() {
        return new Word("api", "Show one API, or list all, or what may flow through them.", ApiFlowWords::get)
                .optional("NAME", "the API's name")
                .flag(Flag.bare("who reaches which function, and what its answers tell", FLOWS))
                .flag(Flag.valued("APPLICATION", "accepted for compatibility; changes nothing", "-a", "--application"))
                .example("sluice get api")
                .example("sluice get api NAME -o json")
                .example("sluice get apis --flows");
    }

    private static int get(Arguments arguments, Session session) {
        if (!arguments.has(FLOWS)) {
            return SettingWords.API.get(arguments, session);
        }
        if (arguments.positional(0).isPresent()) {
            Json.Obj flow = flow(arguments.required(0), session);
            session.print(flow, () -> table(List.of(flow)));
            return 0;
        }
        List<Json.Obj> flows = Rows.of(session.api().get(SettingWords.API.path())).stream()
                .map(api -> flow(api.show("name"), session))
                .toList();
        session.print(new Json.Arr(List.copyOf(flows)), () -> table(flows));
        return 0;
    }

    private static Json.Obj flow(String name, Session session) {
        Json flow = session.api().get(SettingWords.API.target(name) + "/flows");
        return Rows.of(flow).getFirst();
    }

    private static String table(List<Json.Obj> flows) {
        var table = new Table("API", "Who asks", "At", "Function", "Releases", "Withholds", "Answers");
        for (Json.Obj flow : flows) {
            List<Json.Obj> versions = Rows.of(flow.members().getOrDefault("versions", new Json.Arr(List.of())));
            if (versions.isEmpty()) {
                row(table, flow, qualified(flow, "alias"), flow);
            }
            versions.forEach(version ->
                    row(table, flow, qualified(version, "version") + " (" + version.show("weight") + "%)", version));
        }
        return table.text();
    }

    /// @param qualifier of the function's name
    /// @param runs      the API, or one version of those that its requests are spread over
    private static void row(Table table, Json.Obj flow, String qualifier, Json.Obj runs) {
        table.row(
                flow.show("name"),
                who(flow),
                at(flow),
                flow.show("function") + qualifier,
                EntityWords.listed(flow, "releases"),
                EntityWords.listed(runs, "withholds"),
                answers(flow, runs));
    }

    /// `:live`, as one says it of the function.
    private static String qualified(Json.Obj of, String member) {
        return of.members().containsKey(member) ? ":" + of.show(member) : "";
    }

    private static String who(Json.Obj flow) {
        return switch (flow.show("authentication")) {
            case "public" -> "everybody";
            case "basic" -> "with a password";
            case "apikey" -> "with a key";
            case "hmac" -> "with a signature";
            case "mtls" -> "with a certificate";
            default -> "with a token";
        };
    }

    private static String at(Json.Obj flow) {
        String hosts = EntityWords.listed(flow, "hosts");
        String missing = EntityWords.listed(flow, "missingHosts");
        return hosts + EntityWords.listed(flow, "paths") + (missing.isEmpty() ? "" : " (not at " + missing + ")");
    }

    private static String answers(Json.Obj flow, Json.Obj runs) {
        if (!flow.show("enabled").equals("true")) {
            return "none: it is off";
        }
        String answers = runs.show("answers");
        if (answers.isEmpty() || answers.equals("-")) {
            return "?";
        }
        return answers.equals("none") ? "none: the function is " + runs.show("functionStatus") : answers;
    }
}
