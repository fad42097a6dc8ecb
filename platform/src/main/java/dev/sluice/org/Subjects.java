package dev.sluice.org;

import java.util.Set;

/// The words by which policies may speak of somebody, as they stand in a rule: `ci` and `acme/ci` for the service
/// account `ci` of `acme`.
///
/// @param words compared exactly
public record Subjects(Set<String> words) {
    public Subjects {
        words = Set.copyOf(words);
    }

    /// @param home the name of the account's organization
    public static Subjects ofAccount(String home, String account) {
        return new Subjects(Set.of(account, home + "/" + account));
    }
}
