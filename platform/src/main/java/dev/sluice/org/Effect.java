package dev.sluice.org;

import java.util.Arrays;
import java.util.Optional;

/// What a rule does with what it names. A denial wins over everything that is allowed.
public enum Effect {
    ALLOW("allow"),
    DENY("deny");

    private final String word;

    Effect(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /// The effect of that word; empty for other words.
    public static Optional<Effect> of(String word) {
        return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst();
    }
}
