package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the functions are called whose ids the server tells. One that this caller may not know of, or another
/// organization's, stays an id.
final class FunctionNames {
    private final Session session;
    private final Map<String, String> byId = new HashMap<>();

    FunctionNames(Session session) {
        this.session = session;
    }

    /// Asks the server once, if any of the ids is new.
    void learn(List<Json.Obj> rows) {
        List<String> unknown = rows.stream()
                .map(row -> row.show("function"))
                .filter(id -> !id.isEmpty() && !byId.containsKey(id))
                .toList();
        if (unknown.isEmpty()) {
            return;
        }
        unknown.forEach(id -> byId.put(id, id));
        try {
            Rows.of(session.api().get(BatchKind.FUNCTION.path()))
                    .forEach(function -> byId.put(function.show("id"), function.show("name")));
        } catch (Failure refused) {
            return; // the ids say less, and are right
        }
    }

    String of(Json.Obj row) {
        String id = row.show("function");
        return byId.getOrDefault(id, id);
    }
}
