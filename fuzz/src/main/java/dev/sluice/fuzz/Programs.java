package dev.sluice.fuzz;

import dev.sluice.fuzz.Scenario.Op;
import dev.sluice.fuzz.Scenario.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Makes programs out of the calls that a guest has. They read what they find, go by what they read, and write what
/// they know where everybody can see it.
final class Programs {
    private static final int DEPTH_MAX = 2;

    private final Chance chance;
    private final Places places;

    Programs(Chance chance, Places places) {
        this.chance = chance;
        this.places = places;
    }

    /// @param drop where everybody can see what it writes
    Program program(String drop) {
        var ops = new ArrayList<Op>(ops(drop, 0));
        ops.add(publish(drop));
        return new Program(ops, chance.percent(85) ? "return" : chance.of("fail", "exit"));
    }

    private List<Op> ops(String drop, int depth) {
        var ops = new ArrayList<Op>();
        int count = chance.between(1, depth == 0 ? 4 : 2);
        for (int i = 0; i < count; i++) {
            int kind = chance.below(100);
            if (kind < 15 && depth < DEPTH_MAX && i > 0) {
                ops.add(new Op.If(
                        chance.of("OK", "secret-1", "NOT_FOUND", "DENIED", "n1", "alice"),
                        ops(drop, depth + 1),
                        chance.percent(50) ? List.of() : ops(drop, depth + 1)));
            } else if (kind < 22) {
                ops.add(new Op.Word(chance.of("remember", "recall", "print", "print", "fail", "return")));
            } else if (kind < 35) {
                ops.add(publish(drop));
            } else if (kind < 45) {
                ops.addAll(signal(drop));
            } else {
                ops.addAll(calls());
            }
        }
        return ops;
    }

    /// Looks at something and leaves a trace of what it saw where everybody can look, without writing it down.
    private List<Op> signal(String drop) {
        String there = "\"path\":\"" + chance.of(places.paths()) + "\"";
        String trace = drop + "x";
        Op leaving = chance.of(
                change("create_file", "\"path\":\"" + trace + "\""),
                change("create_file", "\"path\":\"" + trace + "\",\"label\":\"F,T\""),
                change("create_directory", "\"path\":\"" + trace + "\",\"label\":\"F,T\""),
                change("create_faceted", "\"path\":\"" + trace + "\""),
                change("hard_link", "\"source\":\"" + drop + "\",\"destination\":\"" + trace + "\""),
                change("delete", "\"path\":\"" + drop + "\""),
                call(
                        "invoke_service",
                        "\"service\":\"" + chance.of(places.services())
                                + "\",\"body\":{\"$bytes\":\"mine\"},\"parameters\":{\"x\":\"a\"}"));
        return List.of(
                call(chance.of("read_file", "stat", "list_directory"), there),
                new Op.If(chance.of("secret-1", "longer", "OK", "n1"), List.of(leaving), List.of()));
    }

    static Op publish(String drop) {
        return call("write_file", "\"path\":\"" + drop + "\",\"content\":{\"$bytes\":\"$seen\"},\"with\":true");
    }

    private List<Op> calls() {
        List<Supplier<List<Op>>> kinds = List.of(
                () -> List.of(call("read_file", path())),
                () -> List.of(call("read_file", path())),
                () -> List.of(call("read_file", path())),
                () -> List.of(change("write_file", path() + ",\"content\":{\"$bytes\":\"" + known() + "\"}")),
                () -> List.of(change("write_file", path() + ",\"content\":{\"$bytes\":\"" + known() + "\"}")),
                () -> List.of(change("create_file", path() + label())),
                () -> List.of(change("create_file", path() + label())),
                () -> List.of(change("create_directory", path() + label())),
                () -> List.of(change("create_faceted", path())),
                () -> List.of(change("delete", path())),
                () -> List.of(call("list_directory", "\"path\":\"" + directory() + "\"")),
                () -> List.of(call("list_directory", "\"path\":\"" + directory() + "\"")),
                () -> List.of(call("list_faceted", chance.percent(40) ? "\"path\":\"home\"" : path())),
                () -> List.of(
                        change("hard_link", "\"source\":\"" + anyPath() + "\",\"destination\":\"" + anyPath() + "\"")),
                () -> List.of(call("stat", path())),
                () -> List.of(call("stat", path())),
                this::blob,
                () -> List.of(call("open_blob", path()), readBlob()),
                () -> List.of(call("taint_with_label", "\"label\":\"" + chance.of(Vocabulary.LABELS) + "\"")),
                () -> List.of(call("current_label", "")),
                () -> List.of(call("declassify", "\"secrecy\":\"" + chance.of(Vocabulary.COMPONENTS) + "\"")),
                () -> List.of(call("endorse", chance.percent(50) ? "" : "\"integrity\":\"" + component() + "\"")),
                () -> List.of(
                        change("write_if", path() + ",\"content\":{\"$bytes\":\"" + known() + "\"},\"version\":1")),
                () -> List.of(call("list_page", "\"path\":\"" + directory() + "\",\"after\":\"\",\"limit\":2")),
                () -> List.of(call(
                        "list_facets",
                        "\"path\":\"home\",\"limit\":10,\"up_to\":\"" + chance.of(Vocabulary.LABELS) + "\"")),
                this::opened,
                this::unlinked,
                this::nested,
                this::nested,
                this::nested,
                () -> List.of(call("read_gate", "\"path\":\"" + chance.of(places.gates("")) + "\"")),
                () -> List.of(change(
                        "create_gate",
                        path() + label() + ",\"gate\":{\"type\":\"redirect\",\"gate\":\"" + chance.of(places.gates(""))
                                + "\",\"privilege\":\"" + component() + "\"}")),
                () -> List.of(send()),
                () -> List.of(send()),
                () -> List.of(call("sub_privilege", "\"tokens\":[\"app\"]")));
        return chance.of(kinds).get();
    }

    /// What the run knows, by an external gate.
    private Op send() {
        return call(
                "invoke_service",
                "\"service\":\"" + chance.of(places.services()) + "\",\"body\":{\"$bytes\":\"" + known()
                        + "\"},\"parameters\":{\"x\":\"" + chance.of("a", "$secret") + "\"}");
    }

    /// An object by its handle, and what it says of itself.
    private List<Op> opened() {
        return List.of(
                call("open", path()),
                call(
                        chance.of("read_file", "stat", "list_directory"),
                        "\"path\":{\"handle\":\"$handle\",\"path\":[]}"));
    }

    private List<Op> unlinked() {
        return List.of(
                change("create_unlinked", "\"kind\":\"" + chance.of("file", "directory") + "\"" + label()),
                change(
                        "hard_link",
                        "\"source\":{\"handle\":\"$handle\",\"path\":[]},\"destination\":\"" + anyPath() + "\""));
    }

    /// Another function, with what this run knows.
    private List<Op> nested() {
        Op inner = chance.of(
                call("read_file", path()),
                change("write_file", path() + ",\"content\":{\"$bytes\":\"$secret\"}"),
                new Op.Word("fail"),
                new Op.Word("print"));
        String program = new Program(List.of(inner), "return").json("$seen");
        return List.of(call(
                "invoke",
                "\"gate\":\"" + chance.of(places.gates("")) + "\",\"sync\":" + chance.percent(75)
                        + ",\"payload\":{\"$json\":"
                        + program + "}"
                        + (chance.percent(15) ? ",\"result_label\":\"" + chance.of(Vocabulary.LABELS) + "\"" : "")));
    }

    private List<Op> blob() {
        return List.of(
                call("create_blob", ""),
                call("write_blob", "\"handle\":\"$handle\",\"content\":{\"$bytes\":\"" + known() + "\"}"),
                call("finalize_blob", "\"handle\":\"w1\""),
                change("link_blob", path() + ",\"handle\":\"$handle\"" + label()));
    }

    private static Op readBlob() {
        return call("read_blob", "\"handle\":\"$handle\",\"offset\":0,\"length\":100");
    }

    private String known() {
        return chance.of("$seen", "$last", "$secret", "mine");
    }

    private String component() {
        return chance.of(Vocabulary.COMPONENTS);
    }

    private String label() {
        return chance.percent(30) ? "" : ",\"label\":\"" + chance.of(Vocabulary.LABELS) + "\"";
    }

    private String path() {
        return "\"path\":\"" + anyPath() + "\"";
    }

    private String anyPath() {
        return chance.percent(60)
                ? chance.of(places.paths())
                : chance.percent(10) ? places.path() : directory() + ":" + chance.of(Vocabulary.NAMES);
    }

    private String directory() {
        return chance.percent(10)
                ? chance.of("home:%", "home:~", "home", chance.of(places.paths()))
                : chance.percent(20)
                        ? parent(chance.of(places.paths()))
                        : Vocabulary.facet(chance.of(Vocabulary.LABELS));
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(path.lastIndexOf(':'), "home".length()));
    }

    /// Something changes: mostly with all the privilege that the run has, sometimes with none, a part or more.
    private Op change(String operation, String arguments) {
        String with = chance.percent(70)
                ? ",\"with\":true"
                : chance.of("", ",\"with\":null", ",\"with\":\"" + component() + "\"", ",\"with\":\"T,T\"");
        return call(operation, arguments + with);
    }

    static Op call(String operation, String arguments) {
        return new Op.Call(operation, "{" + arguments + "}");
    }
}
