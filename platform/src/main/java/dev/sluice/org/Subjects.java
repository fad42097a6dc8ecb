package dev.sluice.org;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The words by which policies may speak of somebody, as they stand in a rule: `ci` and `acme/ci` for the service
/// account `ci` of `acme`, the mail address of a user, and `group:NAME` for each group he is in. Names of accounts
/// have none of `@ : /` in them and mail addresses none of `: /`, so no word means two things.
///
/// @param words compared exactly
public record Subjects(Set<String> words) {
    public static final String GROUP = "group:";

    public Subjects {
        words = Set.copyOf(words);
    }

    /// @param home the name of the account's organization
    public static Subjects ofAccount(String home, String account) {
        return new Subjects(Set.of(account, home + "/" + account));
    }

    /// @param mail whatever is no mail address names nobody, so that it cannot be another one's word
    public static Subjects ofUser(String mail, List<String> groups) {
        Set<String> words = new HashSet<>();
        if (mail.contains("@") && !mail.contains(":") && !mail.contains("/")) {
            words.add(lowerCase(mail));
        }
        groups.forEach(group -> words.add(GROUP + group));
        return new Subjects(words);
    }

    /// A word of a rule as it is compared: mail addresses in lower case.
    static String canonical(String word) {
        return word.contains("@") && !word.startsWith(GROUP) ? lowerCase(word) : word;
    }

    /// Of ASCII letters only: others have lower case forms that are somebody else's letters.
    private static String lowerCase(String mail) {
        var lower = new StringBuilder(mail.length());
        mail.chars().forEach(c -> lower.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)));
        return lower.toString();
    }
}
