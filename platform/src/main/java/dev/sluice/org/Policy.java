package dev.sluice.org;

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

    /// Each of `subjects` may do each of `actions` with each of `resources`.
    ///
    /// @param subjects bare names of service accounts; compared exactly, never a wildcard
    /// @param actions words of [Action], or `*`
    /// @param resources words of [Resource], `word/NAME` for one object, or `*`
    public record Rule(List<String> subjects, List<String> actions, List<String> resources) {
        public Rule {
            subjects = List.copyOf(subjects);
            actions = List.copyOf(actions);
            resources = List.copyOf(resources);
        }

        boolean covers(Action action) {
            return actions.contains(ANY) || actions.contains(action.word());
        }
    }
}
