package dev.sluice.org;

import dev.sluice.label.Principal;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The resource words of policies. Each is a principal below its organization's, which its objects are labeled with.
public enum Resource {
    API("api", 0),
    APPLICATION("application", 1),
    BASEIMAGE("baseimage", 2),
    EVENT("event", 3),
    FUNCTION("function", 4),
    IAM("iam", 5),
    IMAGE("image", 6),
    REGISTRY("registry", 11),
    RUNS("runs", 7),
    SECRET("secret", 8),
    SERVICECLASS("serviceclass", 9),
    SERVICEINSTANCE("serviceinstance", 10);

    private static final Map<String, Resource> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Resource::word, one -> one));

    private final String word;
    private final int number;

    Resource(String word, int number) {
        this.word = word;
        this.number = number;
    }

    /// The one of that word; empty for other words.
    public static Optional<Resource> of(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }

    public String word() {
        return word;
    }

    /// From 0, without a gap.
    int number() {
        return number;
    }

    /// `acme/runs` for the organization whose principal is `acme`.
    public Principal in(Principal organization) {
        return organization.child(word);
    }
}
