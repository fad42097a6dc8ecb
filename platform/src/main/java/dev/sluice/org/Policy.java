package dev.sluice.org;

import static java.util.Objects.requireNonNullElse;

import java.util.List;

/// Rules that an organization has made.
///
/// @param global whether they hold in every organization; the subjects are the making organization's own all the same
public record Policy(
        String id, String name, boolean global, List<Rule> rules, long createdSeconds, long modifiedSeconds) {
    /// Everything is allowed in any organization: the word for whole columns of a rule.
    public static final String ANY = "*";

    public Policy {
        rules = List.copyOf(rules);
    }

    /// Each of `subjects` may do each of `actions` with each of `resources`, or what the `roles` say; or may not.
    ///
    /// @param subjects words of [Subjects]; compared exactly, never a wildcard
    /// @param actions words of [Action], or `*`; none where there are roles
    /// @param resources words of [Resource], `word/NAME` for objects of it, where `*` in the name stands for any
    ///     text, or `*` for every resource; none where there are roles
    /// @param effect whether it allows or denies
    /// @param roles built-in ones, and the organization's own
    public record Rule(
            List<String> subjects, List<String> actions, List<String> resources, Effect effect, List<String> roles) {
        /// What a stored rule does not say has its default: the last two columns are younger than the others.
        public Rule {
            subjects = List.copyOf(subjects);
            actions = List.copyOf(actions);
            resources = List.copyOf(resources);
            effect = requireNonNullElse(effect, Effect.ALLOW);
            roles = List.copyOf(requireNonNullElse(roles, List.of()));
        }

        /// Allows each of `actions` with each of `resources`.
        public Rule(List<String> subjects, List<String> actions, List<String> resources) {
            this(subjects, actions, resources, Effect.ALLOW, List.of());
        }
    }
}
