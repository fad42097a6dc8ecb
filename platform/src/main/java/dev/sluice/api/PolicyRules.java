package dev.sluice.api;

import dev.sluice.org.Effect;
import dev.sluice.org.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Reads the rules of a policy, refusing in Dispatch's words what could not mean anything.
final class PolicyRules {
    private static final int WORD_CHARS_MAX = 256;

    /// Dispatch's own form, and behind a slash the name of an object, in which `*` stands for any text.
    private static final Pattern RESOURCE = Pattern.compile("^[\\w\\d\\-\\*]+(/[\\w\\d\\-\\.\\*]+)?$");

    private static final Pattern SUBJECT = Pattern.compile("^[^\\s\\p{Cntrl},]+$");
    private static final List<String> ACTIONS = List.of("get", "create", "update", "delete", Policy.ANY);
    private static final List<String> BUILT_IN_ROLES = List.of("admin", "developer", "viewer", "invoker");

    private PolicyRules() {}

    /// @throws Rejection 422
    static List<Policy.Rule> of(JsonBody body) {
        if (body.field("rules").isEmpty()) {
            throw required("rules");
        }
        List<Policy.Rule> rules = new ArrayList<>();
        for (JsonNode rule : body.list("rules")) {
            rules.add(rule(JsonBody.ofObject(rule)));
        }
        if (rules.isEmpty()) {
            throw Rejection.of(422, 612, "rules in body should have at least 1 items");
        }
        return rules;
    }

    private static Policy.Rule rule(JsonBody rule) {
        List<String> roles = rule.texts("roles");
        List<String> actions = rule.texts("actions");
        List<String> resources = rule.texts("resources");
        if (roles.isEmpty()) {
            requireItems(rule, "actions", actions);
            requireItems(rule, "resources", resources);
        } else if (!actions.isEmpty() || !resources.isEmpty()) {
            throw Rejection.of(422, 611, "actions and resources in body should be left out beside roles");
        }
        List<String> subjects = rule.texts("subjects");
        requireItems(rule, "subjects", subjects);
        requireAmong("actions", actions, ACTIONS);
        requireAmong("roles", roles, BUILT_IN_ROLES);
        requireForm("resources", resources, RESOURCE);
        requireForm("subjects", subjects, SUBJECT);
        String word = rule.text("effect").orElse(Effect.ALLOW.word());
        Effect effect = Effect.of(word)
                .orElseThrow(() -> Rejection.of(422, 606, "effect in body should be one of [allow deny]"));
        return new Policy.Rule(subjects, actions, resources, effect, roles);
    }

    private static void requireItems(JsonBody rule, String field, List<String> items) {
        if (rule.field(field).isEmpty()) {
            throw required(field);
        }
        if (items.isEmpty()) {
            throw Rejection.of(422, 612, field + " in body should have at least 1 items");
        }
    }

    private static Rejection required(String field) {
        return Rejection.of(422, 602, field + " in body is required");
    }

    private static void requireAmong(String field, List<String> words, List<String> known) {
        for (int i = 0; i < words.size(); i++) {
            if (!known.contains(words.get(i))) {
                String all = String.join(" ", known);
                throw Rejection.of(422, 606, field + "." + i + " in body should be one of [" + all + "]");
            }
        }
    }

    private static void requireForm(String field, List<String> words, Pattern form) {
        for (int i = 0; i < words.size(); i++) {
            String where = field + "." + i + " in body should ";
            if (words.get(i).length() > WORD_CHARS_MAX) {
                throw Rejection.of(422, 603, where + "be at most " + WORD_CHARS_MAX + " chars long");
            }
            if (!form.matcher(words.get(i)).matches()) {
                throw Rejection.of(422, 605, where + "match '" + form.pattern() + "'");
            }
        }
    }
}
