package dev.sluice.host;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A name in the DNS that an organization may hold: in lower case, with at least one dot, none at its end, and labels
/// that are not ASCII in their `xn--` form. An address is none.
///
/// Source: RFC 1123 section 2.1, RFC 5890 section 2.3.
public record HostName(String text) {
    /// In the DNS a name has at most 253 characters, and a challenge is asked for at a longer one.
    public static final int CHARS_MAX = 253 - DnsProof.LABEL.length() - 1;

    private static final Pattern FORM =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /// What some read as the last part of an IPv4 address.
    private static final Pattern NUMBER_LAST = Pattern.compile(".*\\.(0x[0-9a-f]*|[0-9]+)", Pattern.DOTALL);

    /// @throws IllegalArgumentException for a text that is none
    public HostName {
        if (!isOne(text)) {
            throw new IllegalArgumentException("no name of a host");
        }
    }

    private static boolean isOne(String text) {
        return text.length() <= CHARS_MAX
                && FORM.matcher(text).matches()
                && !NUMBER_LAST.matcher(text).matches();
    }

    /// Capitals are taken for small letters; empty for everything that is none.
    public static Optional<HostName> of(String text) {
        if (text.length() > CHARS_MAX) {
            return Optional.empty();
        }
        String its = text.toLowerCase(Locale.ROOT);
        return isOne(its) && text.chars().allMatch(c -> c < 0x80) ? Optional.of(new HostName(its)) : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
