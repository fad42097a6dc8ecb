package dev.sluice.audit;

import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// In whose chain an act belongs: his for whom it is done, else his whose thing it is done to.
final class Owners {
    private Owners() {}

    /// The first token of the organization or realm; empty where it is nobody's alone.
    static String of(Component who, Label target) {
        return only(who)
                .or(() -> only(target.integrity()))
                .or(() -> only(target.secrecy()))
                .orElse("");
    }

    private static Optional<String> only(Component component) {
        Set<String> names = component.allOf().stream()
                .flatMap(clause -> clause.anyOf().stream())
                .map(principal -> principal.tokens().getFirst())
                .collect(Collectors.toSet());
        return names.size() == 1 ? names.stream().findFirst() : Optional.empty();
    }
}
