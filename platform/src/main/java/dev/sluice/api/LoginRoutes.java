package dev.sluice.api;

import dev.sluice.authn.Login;
import dev.sluice.authn.LoginRefused;
import dev.sluice.authn.Logins;
import dev.sluice.authn.User;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logging in with a browser, as Dispatch's client does it (contracts/dispatch.md 1.4), and out.
///
/// `start` sends the browser to an identity provider and `callback` is where it comes back; `redirect` hands the
/// session on to a program on the user's machine that waits for it.
final class LoginRoutes {
    static final String LOGIN_COOKIE = "_sluice_login";
    private static final String CALLBACK = "/v1/iam/oauth2/callback";
    private static final String HOME = "/home";
    private static final int FOUND = 302;
    private static final Logger LOG = LoggerFactory.getLogger(LoginRoutes.class);

    private final Login login;
    private final Set<Integer> tenantPorts;

    /// @param tenantPorts where the gateway listens: a session is never handed on to there
    LoginRoutes(Login login, Set<Integer> tenantPorts) {
        this.login = login;
        this.tenantPorts = Set.copyOf(tenantPorts);
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/iam/oauth2/start", Refusals.ofPaths(this::start));
        table.add("GET", CALLBACK, Refusals.ofPaths(this::callback));
        table.add("GET", "/v1/iam/oauth2/auth", Refusals.ofPaths(this::whoIsIt));
        table.add("GET", "/v1/iam/redirect", Refusals.ofPaths(this::redirect));
        table.add("POST", "/v1/iam/logout", Refusals.ofPaths(this::logout));
    }

    private Response start(Request request) {
        String goal = request.query("rd").orElse(HOME);
        if (!LoginTargets.isLocal(goal)) {
            throw Rejection.of(400, "rd must be a path of this server");
        }
        List<String> operators = login.providers().operators();
        String provider = request.query("provider").orElse(operators.size() == 1 ? operators.getFirst() : "");
        if (provider.isEmpty()) {
            return operators.isEmpty()
                    ? Response.error(404, 404, "no identity provider is configured")
                    : choice(operators, goal);
        }
        try {
            URI callback = URI.create(origin(request) + CALLBACK);
            Logins.Begun begun = login.logins().begin(provider, callback, goal);
            String cookie = SessionCookie.print(request, LOGIN_COOKIE, begun.sealed(), CALLBACK, Logins.LIFETIME);
            return found(begun.location().toString()).with("Set-Cookie", cookie);
        } catch (LoginRefused refused) {
            return refusal(refused);
        }
    }

    private URI origin(Request request) {
        return login.providers()
                .publicUrl()
                .or(() -> LoginTargets.origin(
                        request.secure(), request.header("Host").orElse("")))
                .orElseThrow(() -> Rejection.of(400, "the request names no host"));
    }

    /// A page to choose a provider on. Names of providers need no escapes.
    private static Response choice(List<String> providers, String goal) {
        var page = new StringBuilder("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<title>Log in</title></head><body><h1>Log in with</h1><ul>");
        for (String provider : providers) {
            page.append("<li><a href=\"/v1/iam/oauth2/start?provider=")
                    .append(provider)
                    .append("&amp;rd=")
                    .append(URLEncoder.encode(goal, StandardCharsets.UTF_8))
                    .append("\">")
                    .append(provider)
                    .append("</a></li>");
        }
        return Response.of(
                        200,
                        "text/html; charset=utf-8",
                        Bytes.utf8(page.append("</ul></body></html>").toString()))
                .with("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
                .with("X-Content-Type-Options", "nosniff")
                .with("Cache-Control", "no-store");
    }

    /// A new session, whatever cookie the browser had before.
    private Response callback(Request request) {
        String sealed = SessionCookie.value(request, LOGIN_COOKIE).orElse("");
        var answer = new Logins.Answer(request.query("state").orElse(""), request.query("code"), request.query("iss"));
        try {
            Logins.Finished finished = login.logins().finish(sealed, answer);
            SessionCookie.value(request, SessionCookie.NAME).ifPresent(login.sessions()::close);
            String id = login.sessions().open(finished.user());
            return found(finished.goal())
                    .with("Set-Cookie", SessionCookie.set(request, id))
                    .with("Set-Cookie", endOfLogin(request));
        } catch (LoginRefused refused) {
            return refusal(refused).with("Set-Cookie", endOfLogin(request));
        }
    }

    private static String endOfLogin(Request request) {
        return SessionCookie.print(request, LOGIN_COOKIE, "", CALLBACK, Duration.ZERO);
    }

    private Response whoIsIt(Request request) {
        User user = SessionCookie.of(request).flatMap(login.users()::user).orElseThrow(Door::unauthorized);
        return Response.empty(202).with("X-Auth-Request-Email", user.mail()).with("Cache-Control", "no-store");
    }

    private Response redirect(Request request) {
        String target = request.query("redirect").orElse("");
        if (!LoginTargets.isLoopback(target, tenantPorts)) {
            throw Rejection.of(400, "redirect must be an address on the user's own machine");
        }
        String id =
                SessionCookie.value(request, SessionCookie.NAME).orElseThrow(() -> Rejection.of(500, "No Such Cookie"));
        if (login.users().user(id).isEmpty()) {
            throw Door.unauthorized();
        }
        String cookie = URLEncoder.encode(SessionCookie.NAME + "=" + id, StandardCharsets.UTF_8);
        return found(target + "?cookie=" + cookie);
    }

    /// Ends the session of the cookie, or with `all=true` all of its user.
    private Response logout(Request request) {
        String id = SessionCookie.of(request).orElseThrow(Door::unauthorized);
        User user = login.sessions().user(id).orElseThrow(Door::unauthorized);
        if (request.query("all").filter("true"::equals).isPresent()) {
            login.sessions().closeAllOf(user);
        } else {
            login.sessions().close(id);
        }
        return Response.empty(204).with("Set-Cookie", SessionCookie.clear(request));
    }

    private static Response found(String location) {
        return Response.empty(FOUND)
                .with("Location", location)
                .with("Cache-Control", "no-store")
                .with("Referrer-Policy", "no-referrer");
    }

    static Response refusal(LoginRefused refused) {
        LOG.info("a login was refused: {}", refused.why());
        int status = switch (refused.why()) {
            case STALE, OVER -> 400;
            case TURNED_DOWN, NOT_PROVEN, NOT_VERIFIED -> 403;
            case UNKNOWN_PROVIDER, NOT_FOR_TERMINALS -> 404;
            case UNREACHABLE -> 502;
        };
        return Response.error(status, status, String.valueOf(refused.getMessage()));
    }
}
