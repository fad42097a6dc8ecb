package dev.sluice.authn;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Somebody whom an identity provider vouched for when he logged in.
///
/// @param provider, issuer who vouched: a session is worth nothing once the operator lists another issuer by that
///     name
/// @param mail in lower case
/// @param groups as the provider told them; they count only in the organization that the provider is of
public record User(String provider, String issuer, String mail, Set<String> groups) {
    static final int GROUPS_MAX = 100;

    private static final int MAIL_CHARS_MAX = 254;

    /// Of ASCII: other letters have lower-case forms that meet in it.
    private static final Pattern MAIL = Pattern.compile("[A-Za-z0-9._%+'~=-]{1,64}@[A-Za-z0-9.-]+");

    private static final Pattern GROUP = Pattern.compile("[^\\p{Cntrl}\\s/:,]{1,128}");

    public User {
        groups = Set.copyOf(groups);
    }

    /// An address as policies and principals have it; empty for what is none.
    static Optional<String> mail(String text) {
        return text.length() <= MAIL_CHARS_MAX && MAIL.matcher(text).matches()
                ? Optional.of(text.toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    /// Whether a policy can name a group of that name.
    static boolean isGroup(String name) {
        return GROUP.matcher(name).matches();
    }
}
