package dev.sluice.fuzz;

import dev.sluice.fuzz.Scenario.Observer;
import dev.sluice.label.Label;
import java.util.List;

/// The few names that scenarios are made of: few, so that what one step does is met by another.
final class Vocabulary {
    static final String ALICE = "acme/serviceaccount/alice";
    static final String BOB = "acme/serviceaccount/bob";
    static final String DEV = "acme/serviceaccount/dev";
    static final String MALLORY = "blue/serviceaccount/mallory";

    static final String PUBLIC = "T,T";

    static final List<String> NAMES = List.of("n0", "n1", "n2");

    /// Facets of `:home`, and labels of what is in them.
    static final List<String> LABELS = List.of(
            PUBLIC,
            "T," + ALICE,
            ALICE + "," + ALICE,
            ALICE + ",T",
            "T," + BOB,
            BOB + "," + BOB,
            BOB + ",T",
            "T," + MALLORY,
            MALLORY + "," + MALLORY,
            ALICE + "&" + BOB + ",T",
            ALICE + "|" + BOB + "," + ALICE + "|" + BOB,
            ALICE + "/app," + ALICE + "/app",
            "acme/runs,T",
            "acme/function,T");

    /// The account of an observer who only looks.
    static final String NOBODY_ASKS = "nobody-asks";

    static final List<String> COMPONENTS =
            List.of("T", "F", ALICE, BOB, MALLORY, ALICE + "|" + BOB, ALICE + "/app", ALICE + "&" + BOB, "acme/runs");

    /// Who looks, and the highest label that may reach him: what he is, and what his policies let him read.
    static final List<Observer> OBSERVERS = List.of(
            new Observer("", Label.PUBLIC),
            new Observer("bob", Label.parse(BOB + "&acme/runs,T")),
            new Observer("dev", Label.parse(DEV + "&acme/function&acme/runs,T")),
            new Observer("mallory", Label.parse(MALLORY + "&blue/function&blue/runs,T")),
            // Whoever relies on what Alice vouches for: the same question about integrity.
            new Observer(NOBODY_ASKS, Label.parse("F," + ALICE)));

    /// What differs between the worlds.
    static final String SECRET_FIRST = "secret-0";

    static final String SECRET_SECOND = "secret-1, longer";

    private Vocabulary() {}

    /// The principal of an account.
    static String principal(String account) {
        return switch (account) {
            case "alice" -> ALICE;
            case "bob" -> BOB;
            case "dev" -> DEV;
            case "mallory" -> MALLORY;
            default -> "T";
        };
    }

    static String facet(String label) {
        return "home:<" + label + ">";
    }
}
