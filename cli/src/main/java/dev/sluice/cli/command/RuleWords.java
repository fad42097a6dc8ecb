package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import java.util.List;

/// What rules are written with, and how they read.
final class RuleWords {
    private static final String ANY = "*";
    private static final List<String> RESOURCES = List.of(
            "api",
            "application",
            "baseimage",
            "event",
            "function",
            "iam",
            "image",
            "registry",
            "runs",
            "secret",
            "serviceclass",
            "serviceinstance");

    /// What `iam` has objects of, which rules may name too.
    private static final List<String> IAM_KINDS = List.of("organization", "policy", "role", "serviceaccount");

    private RuleWords() {}

    /// The words of `--resource`: one that means nothing is refused before anybody is asked.
    static Json.Arr resources(Arguments arguments) {
        List<String> words = IamWords.split(arguments, "--resource");
        words.forEach(RuleWords::requireKnown);
        return Json.Arr.ofTexts(words);
    }

    private static void requireKnown(String word) {
        int slash = word.indexOf('/');
        String kind = slash < 0 ? word : word.substring(0, slash);
        boolean isKnown = RESOURCES.contains(kind) || (slash < 0 ? kind.equals(ANY) : IAM_KINDS.contains(kind));
        if (!isKnown) {
            throw Failure.usage("no resource is called " + word + ": use '*', " + String.join(", ", RESOURCES)
                    + ", or one object of these by name (function/NAME), or of iam ("
                    + String.join("/NAME, ", IAM_KINDS) + "/NAME)");
        }
    }

    /// Each rule of a policy as a sentence; `-` for none.
    static List<String> of(Json.Obj policy) {
        String where = policy.show("global").equals("true") ? ", in every organization" : "";
        List<Json.Obj> rules = policy.at("rules").map(Rows::of).orElse(List.of());
        return rules.isEmpty()
                ? List.of("-")
                : rules.stream().map(rule -> sentence(rule) + where).toList();
    }

    private static String sentence(Json.Obj rule) {
        boolean isDenial = rule.show("effect").equals("deny");
        String who = listed(rule, "subjects");
        String roles = listed(rule, "roles");
        if (!roles.isEmpty()) {
            return who + (isDenial ? " may not do what " + roles + " may" : " may do what " + roles + " may");
        }
        String actions = listed(rule, "actions");
        String resources = listed(rule, "resources");
        return who
                + (isDenial ? " may not " : " may ")
                + (actions.equals(ANY) ? "do anything with" : actions)
                + " "
                + (resources.equals(ANY) ? "everything" : resources);
    }

    /// The words of a list, for people.
    static String listed(Json.Obj rule, String member) {
        return rule.members().get(member) instanceof Json.Arr(var words)
                ? String.join(
                        ", ",
                        words.stream()
                                .filter(Json.Text.class::isInstance)
                                .map(word -> ((Json.Text) word).value())
                                .toList())
                : "";
    }
}
