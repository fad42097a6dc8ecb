package dev.sluice.api;

import dev.sluice.authn.Credentials;
import dev.sluice.authn.IdentityProviders.Choice;
import dev.sluice.authn.Login;
import dev.sluice.authn.LoginRefused;
import dev.sluice.authn.User;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import java.io.IOException;
import java.util.List;

/// What a terminal asks before its user logs in, which providers there are and how they do it; and logging in there
/// with the name and the password of a directory.
///
/// Passwords are taken from programs only, never from a page, whoever's it is: answers here can be read from any
/// origin, and a page could guess from all its visitors' addresses. People's browsers have [LoginPages].
final class TerminalRoutes {
    private static final String PROVIDERS = "/v1/iam/oauth2/providers";
    private static final String PASSWORD = "/v1/iam/oauth2/password";
    private static final int BODY_BYTES_MAX = 8 << 10;
    private static final int UNAUTHORIZED = 401;

    private final Login login;

    TerminalRoutes(Login login) {
        this.login = login;
    }

    void addTo(Routes.Table table) {
        table.add("GET", PROVIDERS, Refusals.ofPaths(this::providers));
        table.add("POST", PASSWORD, Refusals.ofPaths(this::password));
    }

    /// Those that vouch for an organization's users, or the one that is named, if there is one of that name.
    private Response providers(Request request) {
        List<Choice> all = request.query("provider")
                .filter(name -> !name.isEmpty())
                .map(name -> login.providers().choice(name).stream().toList())
                .orElseGet(() ->
                        login.users().choices(request.query("organization").orElse("")));
        var out = new JsonWriter(256).beginObject().name("providers").beginArray();
        for (Choice one : all) {
            out.beginObject()
                    .field("name", one.name())
                    .field("flows", List.of("browser", one.takesPasswords() ? "password" : "device"))
                    .endObject();
        }
        return secret(Response.json(200, out.endArray().endObject().done()));
    }

    private Response password(Request request) throws IOException {
        if (isOfAPage(request)) {
            throw Door.forbidden();
        }
        JsonBody body = JsonBody.parse(request.body(BODY_BYTES_MAX));
        String provider = body.requiredText("provider");
        String account = body.requiredText("username");
        String password = body.requiredText("password");
        try {
            User user = login.logins().user(provider, Credentials.of(account, password), request.peer());
            String cookie = SessionCookie.NAME + "=" + login.acts().open(user);
            var answer = new JsonWriter(128).beginObject().field("cookie", cookie);
            return secret(Response.json(200, answer.endObject().done()));
        } catch (LoginRefused refused) {
            return refusal(request, refused);
        }
    }

    /// Browsers say so of all that pages send, but for some navigations.
    private static boolean isOfAPage(Request request) {
        return request.header("Origin").isPresent()
                || request.header("Sec-Fetch-Site").isPresent();
    }

    private Response refusal(Request request, LoginRefused refused) {
        int usual = LoginRoutes.status(request, login, refused);
        int status = refused.why() == LoginRefused.Why.WRONG ? UNAUTHORIZED : usual;
        Response answer = secret(Response.error(status, status, LoginRoutes.words(refused)));
        return refused.why() == LoginRefused.Why.TOO_MANY ? answer.with("Retry-After", "900") : answer;
    }

    private static Response secret(Response response) {
        return response.with("Cache-Control", "no-store");
    }
}
