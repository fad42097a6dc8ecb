package dev.sluice.fuzz;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a function of the tester does in its guest: carries out the program in its payload, keeps what it was
/// answered, and gives all of it back. `interpreter.py` does the same in a real guest.
///
/// A program is `{do: [op...], end: word, secret: text}`. An op is `[operation, arguments]`, one call; `["if", text,
/// [op...], [op...]]`, which goes by the last answer; or `[word]`: `remember` and `recall` (a global of the
/// instance), `print`, `fail`, `exit`, `hang`, `return`. In arguments the texts `$seen`, `$last`, `$secret` and
/// `$handle` stand for what the run knows, `{"$bytes": text}` for octets and `{"$json": value}` for its JSON's.
///
/// A package says on its first line how far it can be trusted: see [Trust].
final class Interpreter {
    static final JsonMapper JSON = JsonMapper.builder().build();

    /// A run keeps about this much of what it saw.
    private static final int SEEN_CHARS_MAX = 4_000;

    private static final Set<String> RELEASING = Set.of("declassify", "invoke", "invoke_service");

    private static final Set<String> CERTAIN = Set.of("taint_with_label", "current_label", "parse_label");

    /// What a package leaves out, whatever its program asks.
    enum Trust {
        /// Nothing.
        ANYTHING("anything"),
        /// It uses its authority neither to declassify nor to call somebody else.
        KEEPS_SECRETS("keeps-secrets"),
        /// It returns a constant, and neither whether it succeeds nor its label depends on a secret: it may know the
        /// one in its payload, print it, fail with it, and asks for nothing that could go one way or the other.
        CONSTANT("constant");

        private final String word;

        Trust(String word) {
            this.word = word;
        }

        String firstLine() {
            return "TRUST = \"" + word + "\"\n";
        }

        static Trust of(String source) {
            for (Trust trust : values()) {
                if (source.startsWith(trust.firstLine())) {
                    return trust;
                }
            }
            throw new IllegalArgumentException("not a package of the tester");
        }
    }

    /// How a run ended.
    sealed interface Ending {
        record Returned(String json) implements Ending {}

        record Failed(String message) implements Ending {}

        record Exited() implements Ending {}

        record Hung() implements Ending {}
    }

    /// Asks the platform; what it says, as the wire has it: `["OK", answer]` or `[refusal]`.
    @FunctionalInterface
    interface Asker {
        List<Value> ask(String operation, Map<String, Value> arguments) throws IOException;
    }

    private final Trust trust;
    private final StringBuilder memory;
    private final StringBuilder printed;
    private final Asker asker;
    private final String secret;
    private final List<String> seen = new ArrayList<>();
    private String last = "";
    private String handle = "";

    /// @param memory  what the instance remembers from run to run
    /// @param printed takes what is printed
    Interpreter(Trust trust, StringBuilder memory, StringBuilder printed, Asker asker, JsonNode program) {
        this.trust = trust;
        this.memory = memory;
        this.printed = printed;
        this.asker = asker;
        this.secret = program.path("secret").asString("");
    }

    Ending run(JsonNode program) throws IOException {
        Ending early = all(program.path("do"));
        String end = program.path("end").asString("return");
        Ending asStated = end.equals("fail") ? failed() : end.equals("exit") ? new Ending.Exited() : returned();
        return trust == Trust.CONSTANT || early == null ? asStated : early;
    }

    private @Nullable Ending all(JsonNode ops) throws IOException {
        for (JsonNode op : ops) {
            Ending early = one(op);
            if (early != null) {
                return early;
            }
        }
        return null;
    }

    private @Nullable Ending one(JsonNode op) throws IOException {
        String word = op.path(0).asString("");
        switch (word) {
            case "if" -> {
                return all(last.contains(op.path(1).asString("")) ? op.path(2) : op.path(3));
            }
            case "remember" -> memory.append(everything());
            case "recall" -> note("remembered " + memory);
            case "print" -> printed.append(everything()).append('\n');
            case "fail" -> {
                return failed();
            }
            case "exit" -> {
                return new Ending.Exited();
            }
            case "hang" -> {
                return new Ending.Hung();
            }
            case "return" -> {
                return returned();
            }
            default -> {
                if (mayCall(word)) {
                    call(word, op.path(1));
                }
            }
        }
        return null;
    }

    private boolean mayCall(String operation) {
        return switch (trust) {
            case ANYTHING -> true;
            case KEEPS_SECRETS -> !RELEASING.contains(operation);
            case CONSTANT -> CERTAIN.contains(operation);
        };
    }

    private void call(String operation, JsonNode arguments) throws IOException {
        Map<String, Value> given = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> argument : arguments.properties()) {
            given.put(argument.getKey(), value(argument.getValue()));
        }
        List<Value> reply = asker.ask(operation, given);
        var text = new StringBuilder(operation);
        for (Value part : reply) {
            text.append(' ').append(print(part));
        }
        last = text.toString();
        if (reply.size() > 1) {
            switch (reply.get(1)) {
                case Value.Text(String told) -> handle = told;
                case Value.Fields(Map<String, Value> fields)
                when fields.containsKey("handle") -> handle = print(fields.getOrDefault("handle", Value.NULL));
                default -> {}
            }
        }
        note(last);
    }

    private Ending returned() {
        return new Ending.Returned(trust == Trust.CONSTANT ? "\"done\"" : JSON.writeValueAsString(everything()));
    }

    private Ending failed() {
        return new Ending.Failed(everything());
    }

    private void note(String what) {
        seen.add(what);
    }

    private String everything() {
        String all = String.join("\n", seen) + secret;
        return all.length() > SEEN_CHARS_MAX ? all.substring(all.length() - SEEN_CHARS_MAX) : all;
    }

    private Value value(JsonNode node) {
        if (node.isString()) {
            return Value.of(text(node.stringValue()));
        }
        if (node.isNumber()) {
            return Value.of(node.longValue());
        }
        if (node.isBoolean()) {
            return node.booleanValue() ? Value.TRUE : Value.FALSE;
        }
        if (node.isArray()) {
            var items = new ArrayList<Value>();
            node.forEach(item -> items.add(value(item)));
            return Value.of(items);
        }
        if (node.has("$bytes")) {
            return Value.of(Bytes.utf8(text(node.path("$bytes").asString(""))));
        }
        if (node.has("$json")) {
            return Value.of(Bytes.utf8(JSON.writeValueAsString(filled(node.path("$json")))));
        }
        if (node.isObject()) {
            Map<String, Value> fields = new LinkedHashMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), value(field.getValue())));
            return Value.of(fields);
        }
        return Value.NULL;
    }

    /// The program of a nested call, with its secret filled in.
    private JsonNode filled(JsonNode program) {
        JsonNode copy = program.deepCopy();
        if (copy instanceof ObjectNode object && object.has("secret")) {
            object.put("secret", text(object.path("secret").asString("")));
        }
        return copy;
    }

    private String text(String text) {
        return switch (text) {
            case "$seen" -> everything();
            case "$last" -> last;
            case "$secret" -> secret;
            case "$handle" -> handle;
            default -> text;
        };
    }

    /// One text for each value.
    private static String print(Value value) {
        return switch (value) {
            case Value.Null _ -> "null";
            case Value.Bool(boolean isTrue) -> isTrue ? "true" : "false";
            case Value.Int64(long number) -> Long.toString(number);
            case Value.Float64(double number) -> Double.toString(number);
            case Value.Octets(Bytes content) -> content.utf8();
            case Value.Text(String text) -> text;
            case Value.Items(List<Value> items) -> {
                var all = new ArrayList<String>();
                items.forEach(item -> all.add(print(item)));
                yield "[" + String.join(",", all) + "]";
            }
            case Value.Fields(Map<String, Value> fields) -> {
                var all = new ArrayList<String>();
                new TreeMap<>(fields).forEach((name, field) -> all.add(name + ":" + print(field)));
                yield "{" + String.join(",", all) + "}";
            }
        };
    }
}
