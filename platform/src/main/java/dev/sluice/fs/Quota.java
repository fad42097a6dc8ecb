package dev.sluice.fs;

import dev.sluice.label.Clause;
import dev.sluice.label.Component;
import java.util.List;
import java.util.Optional;

/// How much one payer may store.
///
/// @param itemsMax objects, entries of directories and marks of facets
/// @param bytesMax of all of these as they are kept, and of the blobs that blobs' entries name, each entry for
///     itself
public record Quota(long itemsMax, long bytesMax) {
    public static final Quota DEFAULT = new Quota(10_000_000, 100L << 30);

    /// The organization or realm that whoever vouches for `component` belongs to; none where that may be different
    /// ones.
    public static Optional<String> payer(Component component) {
        return component.allOf().stream()
                .map(Quota::tokens)
                .filter(tokens -> tokens.size() == 1)
                .map(List::getFirst)
                .findFirst();
    }

    private static List<String> tokens(Clause clause) {
        return clause.anyOf().stream()
                .map(principal -> principal.tokens().getFirst())
                .distinct()
                .toList();
    }
}
