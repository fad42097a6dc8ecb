package dev.sluice.gate;

import dev.sluice.label.Clause;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What must stand behind the privilege of a gate, so that nobody weaker can put other code there. Whoever
/// replaces the gate must hold the privilege too; this is the second of the two locks.
public enum Backing {
    /// The integrity of the gate's label implies the privilege.
    LABEL,
    /// Or the label is vouched for by the organization whose principals, all below it, the privilege names: a
    /// function that calls another acts for `acme/runs/other` behind a gate that `acme/function` vouches for
    /// (design/labels.md section 4). Never the organization itself.
    ORGANIZATION;

    boolean backs(Label label, Component privilege) {
        return privilege.allOf().stream().allMatch(clause -> backs(label.integrity(), clause));
    }

    private boolean backs(Component vouching, Clause clause) {
        return vouching.implies(Component.ofClauses(List.of(clause.anyOf())))
                || (this == ORGANIZATION
                        && isBelow(clause)
                        && vouching.allOf().stream().map(Backing::owners).anyMatch(owners(clause)::equals));
    }

    /// Whether only principals below one organization are named.
    private static boolean isBelow(Clause clause) {
        return owners(clause).size() == 1
                && clause.anyOf().stream()
                        .allMatch(principal -> principal.tokens().size() > 1);
    }

    private static Set<String> owners(Clause clause) {
        return clause.anyOf().stream()
                .map(principal -> principal.tokens().getFirst())
                .collect(Collectors.toSet());
    }
}
