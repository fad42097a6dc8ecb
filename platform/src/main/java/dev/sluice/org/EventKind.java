package dev.sluice.org;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Kinds of objects of `event`, which Dispatch has one word for: rules may speak of one of them by name, as
/// `subscription/NAME`.
public enum EventKind {
    SUBSCRIPTION("subscription"),
    DRIVER("driver"),
    DRIVER_TYPE("drivertype");

    private static final Set<String> WORDS = words().collect(Collectors.toUnmodifiableSet());

    private final String word;

    EventKind(String word) {
        this.word = word;
    }

    static Stream<String> words() {
        return Arrays.stream(values()).map(kind -> kind.word);
    }

    static boolean isWord(String word) {
        return WORDS.contains(word);
    }

    /// What doing something with the one of that name asks of the policies.
    public Need need(Action action, String name) {
        return new Need(action, Resource.EVENT, Optional.of(word + "/" + name));
    }
}
