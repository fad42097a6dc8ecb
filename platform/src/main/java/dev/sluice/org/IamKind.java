package dev.sluice.org;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Kinds of objects of `iam`, which Dispatch has one word for: rules may speak of one of them by name, as
/// `policy/NAME`.
public enum IamKind {
    ORGANIZATION("organization", "organization"),
    POLICY("policy", "policy"),
    ROLE("role", "role"),
    SERVICE_ACCOUNT("serviceaccount", "service account");

    private static final Map<String, IamKind> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(kind -> kind.word, kind -> kind));

    private final String word;
    private final String said;

    IamKind(String word, String said) {
        this.word = word;
        this.said = said;
    }

    /// What one is called in a sentence.
    public String said() {
        return said;
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
