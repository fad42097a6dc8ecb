package dev.sluice.org;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Kinds of objects of `iam`, which Dispatch has one word for: rules may speak of one of them by name, as
/// `policy/NAME`.
public enum IamKind {
    ORGANIZATION("organization"),
    POLICY("policy"),
    ROLE("role"),
    SERVICE_ACCOUNT("serviceaccount");

    private static final Map<String, IamKind> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(kind -> kind.word, kind -> kind));

    private final String word;

    IamKind(String word) {
        this.word = word;
    }

    static Stream<String> words() {
        return Arrays.stream(values()).map(kind -> kind.word);
    }

    static boolean isWord(String word) {
        return BY_WORD.containsKey(word);
    }

    /// What doing something with the one of that name asks of the policies.
    public Need need(Action action, String name) {
        return new Need(action, Resource.IAM, Optional.of(word + "/" + name));
    }
}
