package dev.sluice.api;

import dev.sluice.authn.ComponentJson;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import tools.jackson.databind.JsonNode;

/// Labels in request bodies: Buckle's text; its JSON form `{"secrecy":C,"integrity":C}` with C as [ComponentJson]
/// reads it; and DCLabel's, where a principal is one string. Total.
final class LabelJson {
    private LabelJson() {}

    /// @throws Refused `INVALID` for whatever is none of the three
    static Label parse(JsonNode json) {
        try {
            if (json.isString()) {
                return Label.parse(json.stringValue());
            }
            if (json.isObject() && json.size() == 2 && json.has("secrecy") && json.has("integrity")) {
                return Label.of(ComponentJson.parse(json.get("secrecy")), ComponentJson.parse(json.get("integrity")));
            }
        } catch (LabelInvalid | Refused wrong) {
            throw invalid();
        }
        throw invalid();
    }

    private static Refused invalid() {
        return new Refused(Refusal.INVALID, "that is not a label: write secrecy,integrity such as alice,alice or T,T");
    }
}
