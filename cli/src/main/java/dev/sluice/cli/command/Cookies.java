package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import java.util.regex.Pattern;

/// What a server may hand out as a session's cookie: one pair that fits into a header.
final class Cookies {
    private static final Pattern PAIR = Pattern.compile("[A-Za-z0-9_.-]{1,64}=[!-:<-~]{1,4096}");

    private Cookies() {}

    static boolean isOne(String text) {
        return PAIR.matcher(text).matches();
    }

    static String required(String text) {
        if (!isOne(text)) {
            throw new Failure("the server's answer holds no session");
        }
        return text;
    }
}
