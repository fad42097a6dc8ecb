package dev.sluice.function;

import java.util.Optional;

/// How a function of Faasten's older eras gets its payload (contracts/faasten.md 5.4 rule 1).
public enum PayloadStyle {
    /// As it came.
    RAW("raw"),
    /// As the field `input` of an object, beside the handles of the blobs that came with it.
    WRAPPED("wrapped");

    private final String word;

    PayloadStyle(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    public static Optional<PayloadStyle> of(String word) {
        for (PayloadStyle style : values()) {
            if (style.word.equals(word)) {
                return Optional.of(style);
            }
        }
        return Optional.empty();
    }
}
