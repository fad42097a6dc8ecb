package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.Keyboard;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.http.Address;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Passwords that a command needs: typed here unseen, or from a file or a pipe, never from the command line, which
/// others of this machine can read.
final class Passwords {
    private static final int BYTES_MAX = 8 << 10;
    private static final String STANDARD_INPUT = "-";
    private static final Pattern THIS_MACHINE = Pattern.compile("127(\\.[0-9]{1,3}){3}|localhost|\\[?::1]?");
    private static final Pattern END_OF_LINE = Pattern.compile("\\r?\\n$");

    private Passwords() {}

    /// @throws Failure when others on the way would read a password
    static void requirePrivacy(Session session) {
        Address address = session.settings().address();
        boolean isHere = THIS_MACHINE.matcher(address.host()).matches();
        if (!address.secure() && !isHere) {
            throw new Failure("a password does not go over the network without TLS: use --scheme https (now "
                    + session.settings().get(Setting.SCHEME) + ")");
        }
    }

    /// @param otherwise what to do where nobody can type
    static String typed(Session session, String question, String otherwise) {
        Keyboard keyboard = session.terminal()
                .keyboard()
                .get()
                .orElseThrow(() -> Failure.usage("there is no terminal to type a password at: " + otherwise));
        session.terminal().err().flush();
        return some(keyboard.secret(question).orElseThrow(() -> new Failure("no password was typed")));
    }

    static String piped(Session session) {
        return ofFile(STANDARD_INPUT, session);
    }

    /// Without the end of its line; `-` is standard input.
    static String ofFile(String file, Session session) {
        return text(Content.ofFile(file, session.terminal().in()));
    }

    /// Without the end of its line.
    static String text(byte[] read) {
        if (read.length > BYTES_MAX) {
            throw new Failure("the password is longer than " + BYTES_MAX + " bytes");
        }
        return some(
                END_OF_LINE.matcher(new String(read, StandardCharsets.UTF_8)).replaceFirst(""));
    }

    private static String some(String password) {
        if (password.isEmpty()) {
            throw new Failure("the password is empty");
        }
        return password;
    }
}
