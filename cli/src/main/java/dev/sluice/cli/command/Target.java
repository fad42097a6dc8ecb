package dev.sluice.cli.command;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Builds what stands in a request line.
final class Target {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String UNRESERVED = "-._~";

    private final StringBuilder text;
    private char separator = '?';

    private Target(String path) {
        this.text = new StringBuilder(path);
    }

    /// @param path itself already fit for a request line
    static Target of(String path) {
        return new Target(path);
    }

    /// One more segment, whatever characters it holds.
    Target segment(String segment) {
        text.append('/').append(encoded(segment));
        return this;
    }

    Target query(String name, String value) {
        text.append(separator).append(name).append('=').append(encoded(value));
        separator = '&';
        return this;
    }

    /// Percent-encodes all that RFC 3986 does not call unreserved.
    private static String encoded(String part) {
        var out = new StringBuilder();
        for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean letterOrDigit = c < 0x80 && Character.isLetterOrDigit(c);
            if (letterOrDigit || UNRESERVED.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%').append(HEX.toHexDigits(b));
            }
        }
        return out.toString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
