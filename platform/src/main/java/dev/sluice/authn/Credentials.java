package dev.sluice.authn;

import java.util.Optional;
import java.util.regex.Pattern;

/// An account and a password, as somebody typed them. Neither is empty: directories take an empty password for nobody
/// in particular, and let him in.
///
/// @param account printable ASCII with single spaces inside, so that what a directory takes for one name is one here
public record Credentials(String account, String password) {
    static final int PASSWORD_CHARS_MAX = 512;

    private static final Pattern ACCOUNT = Pattern.compile("(?=.{1,128}$)[!-~]+( [!-~]+)*");

    /// @throws IllegalArgumentException for what [#of] does not take
    public Credentials {
        if (!isPlausible(account, password)) {
            throw new IllegalArgumentException("these are no credentials");
        }
    }

    /// Empty for what cannot be an account and its password.
    public static Optional<Credentials> of(String account, String password) {
        return isPlausible(account, password) ? Optional.of(new Credentials(account, password)) : Optional.empty();
    }

    private static boolean isPlausible(String account, String password) {
        return ACCOUNT.matcher(account).matches() && !password.isEmpty() && password.length() <= PASSWORD_CHARS_MAX;
    }

    /// Without the password.
    @Override
    public String toString() {
        return "Credentials";
    }
}
