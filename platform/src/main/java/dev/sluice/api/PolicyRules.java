package dev.sluice.api;

import dev.sluice.org.Effect;
import dev.sluice.org.ObjectWord;
import dev.sluice.org.Policy;
import dev.sluice.org.Resource;
import dev.sluice.org.Role;
import dev.sluice.org.Roles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Reads the rules of a policy, refusing in Dispatch's words what could not mean anything.
final class PolicyRules {
    private static final int WORD_CHARS_MAX = 256;

    /// Dispatch's own form, and behind a slash the name of an object, in which `*` stands for any text.
    private static final Pattern RESOURCE = Pattern.compile("^[\\w\\d\\-\\*]+(/[\\w\\d\\-\\.\\*]+)?$");

    private static final Pattern SUBJECT = Pattern.compile("^[^\\s\\p{Cntrl},]+$");
    private static final List<String> ACTIONS = List.of("get", "create", "update", "delete", Policy.ANY);
    private static final List<String> RESOURCES = Stream.concat(
                    Arrays.stream(Resource.values()).map(Resource::word), Stream.of(Policy.ANY))
            .toList();

    private PolicyRules() {}

    /// @param roles that the organization has
    /// @throws Rejection 422
    static List<Policy.Rule> of(JsonBody body, Roles roles) {
        List<Policy.Rule> rules = rules(body, rule -> rule(rule, roles));
        body.requireStatus();
        return rules;
    }

    /// What a role stands for.
    ///
    /// @throws Rejection 422
    static List<Role.Grant> grants(JsonBody body) {
        return rules(body, rule -> new Role.Grant(actions(rule), resources(rule, true)));
    }

    private static <T> List<T> rules(JsonBody body, Function<JsonBody, T> read) {
        List<JsonNode> rules = body.list("rules");
        requireItems(body, "rules", rules);
        List<T> all = new ArrayList<>();
        for (JsonNode rule : rules) {
            all.add(read.apply(JsonBody.ofObject(rule)));
        }
        return all;
    }

    /// Field by field in the order of the alphabet, as Dispatch looks at them.
    private static Policy.Rule rule(JsonBody rule, Roles known) {
        List<String> roles = rule.texts("roles");
        if (roles.isEmpty()) {
            List<String> actions = actions(rule);
            Effect effect = effect(rule);
            List<String> resources = resources(rule, effect == Effect.DENY);
            return new Policy.Rule(subjects(rule), actions, resources, effect, List.of());
        }
        if (!rule.texts("actions").isEmpty() || !rule.texts("resources").isEmpty()) {
            throw Rejection.of(422, 611, "actions and resources in body should be left out beside roles");
        }
        Effect effect = effect(rule);
        requireAmong("roles", roles, known.names());
        return new Policy.Rule(subjects(rule), List.of(), List.of(), effect, roles);
    }

    private static List<String> actions(JsonBody rule) {
        List<String> actions = rule.texts("actions");
        requireItems(rule, "actions", actions);
        requireAmong("actions", actions, ACTIONS);
        return actions;
    }

    /// A word that stands for nothing is most often a mistake, and one that a policy hides for long. But Dispatch takes
    /// it, and its documentation has some (`images`, `subscription`): its client goes on with what allows nothing.
    ///
    /// @param all whether each word must mean something
    private static List<String> resources(JsonBody rule, boolean all) {
        List<String> resources = rule.texts("resources");
        requireItems(rule, "resources", resources);
        requireForm("resources", resources, RESOURCE);
        for (int i = 0; i < resources.size(); i++) {
            String word = resources.get(i);
            int slash = word.indexOf('/');
            if (slash < 0) {
                if (all) {
                    JsonBody.requireAmong("resources." + i, word, RESOURCES);
                }
            } else if (ObjectWord.of(word).isEmpty()) {
                JsonBody.requireAmong("resources." + i, word.substring(0, slash), ObjectWord.kinds());
            }
        }
        return resources;
    }

    private static List<String> subjects(JsonBody rule) {
        List<String> subjects = rule.texts("subjects");
        requireItems(rule, "subjects", subjects);
        requireForm("subjects", subjects, SUBJECT);
        return subjects;
    }

    private static Effect effect(JsonBody rule) {
        return Effect.of(rule.text("effect").orElse(Effect.ALLOW.word()))
                .orElseThrow(() -> Rejection.of(422, 606, "effect in body should be one of [allow deny]"));
    }

    private static void requireItems(JsonBody of, String field, List<?> items) {
        if (of.field(field).isEmpty()) {
            throw Rejection.of(422, 602, field + " in body is required");
        }
        if (items.isEmpty()) {
            throw Rejection.of(422, 612, field + " in body should have at least 1 items");
        }
    }

    private static void requireAmong(String field, List<String> words, List<String> known) {
        for (int i = 0; i < words.size(); i++) {
            JsonBody.requireAmong(field + "." + i, words.get(i), known);
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
