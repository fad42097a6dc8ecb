package dev.sluice.org;

import java.util.List;

/// A named set of rules that an organization has made, for its policies to speak of.
public record Role(String id, String name, List<Grant> rules, long createdSeconds, long modifiedSeconds) {
    public Role {
        rules = List.copyOf(rules);
    }

    /// Each of `actions` with each of `resources`, in the words of a [Policy.Rule].
    public record Grant(List<String> actions, List<String> resources) {
        public Grant {
            actions = List.copyOf(actions);
            resources = List.copyOf(resources);
        }
    }
}
