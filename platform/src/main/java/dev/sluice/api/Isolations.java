package dev.sluice.api;

import dev.sluice.sandbox.Isolation;
import java.util.Arrays;
import java.util.stream.Collectors;

/// How strongly guests are isolated, as requests have it.
final class Isolations {
    private Isolations() {}

    /// @throws Rejection 422 for a word that means none
    static Isolation parse(String word) {
        return Isolation.of(word)
                .orElseThrow(() -> Rejection.of(422, 606, "isolation in body should be one of [" + words() + "]"));
    }

    private static String words() {
        return Arrays.stream(Isolation.values()).map(Isolation::word).collect(Collectors.joining(" "));
    }
}
