package dev.sluice.org;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.util.List;

/// How much the policies of one organization say: all of it is in memory whenever somebody of it asks for something.
final class PolicySize {
    /// Of one organization: what each role is about, and each rule, its roles spelled out, once for each of its
    /// subjects.
    static final long THINGS_MAX = 200_000;

    private PolicySize() {}

    /// @throws Refused `QUOTA`
    static void require(List<Policy> policies, Roles roles) {
        long things =
                roles.names().stream().mapToLong(role -> things(role, roles)).sum();
        things += policies.stream()
                .flatMap(policy -> policy.rules().stream())
                .mapToLong(rule -> things(rule, roles))
                .sum();
        if (things > THINGS_MAX) {
            throw new Refused(
                    Refusal.QUOTA,
                    "the policies of your organization would say too much: at most " + THINGS_MAX
                            + " resources, counted for each subject; use groups, roles and *");
        }
    }

    private static long things(Policy.Rule rule, Roles roles) {
        long its = rule.resources().size()
                + rule.roles().stream().mapToLong(role -> things(role, roles)).sum();
        return rule.subjects().size() * Math.max(1, its);
    }

    private static long things(String role, Roles roles) {
        return roles.grants(role).stream()
                .flatMap(List::stream)
                .mapToLong(grant -> grant.resources().size())
                .sum();
    }
}
