package dev.sluice.scenario;

import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a guest shall do, step by step: CloudCalls, and what a function can do without them.
final class Script {
    private final ArrayNode steps = World.JSON.createArrayNode();

    /// One CloudCall. A content is given as text.
    Script call(String operation, Object... arguments) {
        ObjectNode named = World.JSON.createObjectNode();
        for (int i = 0; i < arguments.length; i += 2) {
            named.set((String) arguments[i], World.JSON.valueToTree(arguments[i + 1]));
        }
        steps.add(World.JSON.createArrayNode().add(operation).add(named));
        return this;
    }

    Script readFile(String path) {
        return call("read_file", "path", path);
    }

    Script writeFile(String path, String content) {
        return call("write_file", "path", path, "content", Map.of("octets", content));
    }

    Script createFile(String path, String label) {
        return call("create_file", "path", path, "label", label);
    }

    /// Something that is no CloudCall: `raise`, `exit`, `print`, `spin`, `remember`, `recall`, `swallow`...
    Script local(String what, String argument) {
        steps.add(World.JSON.createArrayNode().add("!" + what).add(argument));
        return this;
    }

    /// Goes on only if the last outcome was this text.
    Script onlyIf(String outcome) {
        return local("only_if", outcome);
    }

    String json() {
        return World.JSON.createObjectNode().set("steps", steps).toString();
    }
}
