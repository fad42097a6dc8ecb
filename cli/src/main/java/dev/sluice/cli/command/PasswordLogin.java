package dev.sluice.cli.command;

import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Logging in with the name and the password of a directory, which is typed or piped ([Passwords]).
final class PasswordLogin {
    private static final String PATH = "/v1/iam/oauth2/password";

    private PasswordLogin() {}

    /// @param isPiped whether the password comes from standard input
    /// @return the session's cookie
    static String cookie(Session session, String provider, String username, boolean isPiped) {
        String password = isPiped
                ? Passwords.piped(session)
                : Passwords.typed(
                        session,
                        "Password of " + username + " at " + provider + ": ",
                        "pipe it in, with --password-stdin");
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
}
