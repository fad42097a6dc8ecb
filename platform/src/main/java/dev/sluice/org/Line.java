package dev.sluice.org;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One rule, or one of the roles it names, as it is evaluated.
///
/// @param policy the name of its policy
/// @param number of the rule in its policy, from 0
/// @param role   through which it says what it says; empty if by itself
record Line(String policy, boolean global, int number, Effect effect, String role, Extent extent, Rights rights) {
    /// The lines of a rule. A role that does not exist allows nothing, and denies everything.
    static List<Line> of(Policy policy, int number, Roles roles) {
        Policy.Rule rule = policy.rules().get(number);
        var lines = new ArrayList<Line>();
        lines.add(of(policy, number, "", Extent.of(rule.actions(), rule.resources())));
        for (String role : rule.roles()) {
            Optional<List<Role.Grant>> grants = roles.grants(role);
            if (grants.isEmpty() && rule.effect() == Effect.DENY) {
                lines.add(of(policy, number, role, Extent.EVERYTHING));
            }
            for (Role.Grant grant : grants.orElse(List.of())) {
                lines.add(of(policy, number, role, Extent.of(grant.actions(), grant.resources())));
            }
        }
        return lines;
    }

    private static Line of(Policy policy, int number, String role, Extent extent) {
        Effect effect = policy.rules().get(number).effect();
        return new Line(policy.name(), policy.global(), number, effect, role, extent, Rights.of(effect, extent));
    }
}
