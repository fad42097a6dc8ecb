package dev.sluice.function;

import java.util.Optional;

/// Which later runs may find what earlier ones left in an instance: the operator says it for all, and an author for a
/// function, of which the stricter counts. The strictest comes first.
public enum Reuse {
    /// None: each run has an instance of its own.
    NEVER("never"),
    /// Those that start at the very label that the instance has reached.
    SAME_LABEL("same-label"),
    /// Those that start where the instance's label may flow. That one of them took an instance can be seen from below,
    /// by what a function no longer remembers.
    LABEL_FLOW("label-flow");

    private final String word;

    Reuse(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    public static Optional<Reuse> of(String word) {
        for (Reuse reuse : values()) {
            if (reuse.word.equals(word)) {
                return Optional.of(reuse);
            }
        }
        return Optional.empty();
    }

    /// The stricter of both.
    public Reuse and(Reuse other) {
        return compareTo(other) < 0 ? this : other;
    }
}
