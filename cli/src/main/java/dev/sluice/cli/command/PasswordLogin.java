package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.Keyboard;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.http.Address;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/// Logging in with the name and the password of a directory. The password is typed here unseen or comes from a pipe,
/// never from the command line, which others of this machine can read.
final class PasswordLogin {
    private static final String PATH = "/v1/iam/oauth2/password";
    private static final int PASSWORD_BYTES_MAX = 4 << 10;
    private static final Pattern THIS_MACHINE = Pattern.compile("127(\\.[0-9]{1,3}){3}|localhost|\\[?::1]?");
    private static final Pattern END_OF_LINE = Pattern.compile("\\r?\\n$");

    private PasswordLogin() {}

    /// @param isPiped whether the password comes from standard input
    /// @return the session's cookie
    static String cookie(Session session, String provider, String username, boolean isPiped) {
        String password = isPiped ? piped(session) : typed(session, provider, username);
        if (password.isEmpty()) {
            throw new Failure("the password is empty");
        }
        Json.Obj body = Json.Obj.empty()
                .with("provider", provider)
                .with("username", username)
                .with("password", password);
        Json answer = Api.json(Api.successful(session.api()
                .sendBare(
                        "POST",
                        PATH,
                        Map.of("Accept", "application/json", "Content-Type", "application/json"),
                        Body.of(JsonText.compact(body).getBytes(StandardCharsets.UTF_8)))));
        return Cookies.required(answer instanceof Json.Obj object ? object.show("cookie") : "");
    }

    /// @throws Failure when others on the way would read the password
    static void requirePrivacy(Session session) {
        Address address = session.settings().address();
        boolean isHere = THIS_MACHINE.matcher(address.host()).matches();
        if (!address.secure() && !isHere) {
            throw new Failure("a password does not go over the network without TLS: use --scheme https (now "
                    + session.settings().get(Setting.SCHEME) + ")");
        }
    }

    private static String typed(Session session, String provider, String username) {
        Keyboard keyboard = session.terminal()
                .keyboard()
                .get()
                .orElseThrow(() ->
                        Failure.usage("there is no terminal to type a password at: pipe it in, with --password-stdin"));
        session.terminal().err().flush();
        return keyboard.secret("Password of " + username + " at " + provider + ": ")
                .orElseThrow(() -> new Failure("no password was typed"));
    }

    /// Without the end of its line.
    private static String piped(Session session) {
        try {
            byte[] read = session.terminal().in().readNBytes(PASSWORD_BYTES_MAX + 1);
            if (read.length > PASSWORD_BYTES_MAX) {
                throw new Failure("the password is longer than " + PASSWORD_BYTES_MAX + " bytes");
            }
            return END_OF_LINE.matcher(new String(read, StandardCharsets.UTF_8)).replaceFirst("");
        } catch (IOException e) {
            throw new Failure("cannot read standard input: " + Failure.reason(e), e);
        }
    }
}
