package dev.sluice.authn;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Clause;
import dev.sluice.label.Component;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Components in Faasten's JSON form: `"DCFalse"` or `{"DCFormula":[[["acme","runs"]]]}`, where a list is AND on the
/// outside and OR inside, so an empty outer one is true and an empty inner one is false. Tokens carry it, and labels
/// in request bodies.
public final class ComponentJson {
    private static final String FALSE = "DCFalse";
    private static final String FORMULA = "DCFormula";

    private ComponentJson() {}

    static JsonNode print(Component component) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (component.isFalse()) {
            return make.stringNode(FALSE);
        }
        var json = make.objectNode();
        var formula = json.putArray(FORMULA);
        for (Clause clause : component.allOf()) {
            var anyOf = formula.addArray();
            for (Principal principal : clause.anyOf()) {
                var tokens = anyOf.addArray();
                principal.tokens().forEach(tokens::add);
            }
        }
        return json;
    }

    /// Total. A principal that is one string is one token, as DCLabel writes it.
    ///
    /// @throws Refused `INVALID` for everything else
    /// @throws LabelInvalid for principals that cannot be, or too many
    public static Component parse(JsonNode json) {
        if (json.isString() && json.stringValue().equals(FALSE)) {
            return Component.FALSE;
        }
        JsonNode clauses = json.size() == 1 ? json.get(FORMULA) : null;
        if (clauses == null || !clauses.isArray()) {
            throw invalid();
        }
        List<List<Principal>> allOf = new ArrayList<>();
        for (JsonNode clause : clauses) {
            allOf.add(clause(clause));
        }
        return Component.ofClauses(allOf);
    }

    private static List<Principal> clause(JsonNode json) {
        if (!json.isArray()) {
            throw invalid();
        }
        List<Principal> anyOf = new ArrayList<>();
        for (JsonNode principal : json) {
            anyOf.add(principal.isString() ? Principal.of(principal.stringValue()) : principal(principal));
        }
        return anyOf;
    }

    private static Principal principal(JsonNode json) {
        if (!json.isArray()) {
            throw invalid();
        }
        List<String> tokens = new ArrayList<>();
        for (JsonNode token : json) {
            if (!token.isString()) {
                throw invalid();
            }
            tokens.add(token.stringValue());
        }
        return Principal.of(tokens.toArray(String[]::new));
    }

    private static Refused invalid() {
        return new Refused(Refusal.INVALID, "that is not a component in JSON");
    }
}
