package dev.sluice.api;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Labels in request bodies: Buckle's text; its JSON form `{"secrecy":C,"integrity":C}` with C `"DCFalse"` or
/// `{"DCFormula":[[["acme","runs"]]]}`; and DCLabel's, where a principal is one string. Total.
///
/// A list is AND on the outside and OR inside, so an empty outer one is true and an empty inner one is false.
final class LabelJson {
    private static final String FALSE = "DCFalse";
    private static final String FORMULA = "DCFormula";

    private LabelJson() {}

    /// @throws Refused `INVALID` for whatever is none of the three
    static Label parse(JsonNode json) {
        try {
            if (json.isString()) {
                return Label.parse(json.stringValue());
            }
            if (json.isObject() && json.size() == 2 && json.has("secrecy") && json.has("integrity")) {
                return Label.of(component(json.get("secrecy")), component(json.get("integrity")));
            }
        } catch (LabelInvalid wrong) {
            throw invalid();
        }
        throw invalid();
    }

    private static Component component(JsonNode json) {
        if (json.isString() && json.stringValue().equals(FALSE)) {
            return Component.FALSE;
        }
        JsonNode clauses = json.isObject() && json.size() == 1 ? json.get(FORMULA) : null;
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
        return new Refused(Refusal.INVALID, "that is not a label: write secrecy,integrity such as alice,alice or T,T");
    }
}
