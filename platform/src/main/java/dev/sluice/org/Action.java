package dev.sluice.org;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a policy allows somebody to do with a resource. Executing a function is [#CREATE] on [Resource#RUNS].
public enum Action {
    GET("get", 0),
    CREATE("create", 1),
    UPDATE("update", 2),
    DELETE("delete", 3);

    private static final Map<String, Action> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Action::word, one -> one));

    private final String word;
    private final int number;

    Action(String word, int number) {
        this.word = word;
        this.number = number;
    }

    /// The one of that word; empty for other words.
    public static Optional<Action> of(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }

    public String word() {
        return word;
    }

    /// From 0, without a gap.
    int number() {
        return number;
    }
}
