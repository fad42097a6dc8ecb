package dev.sluice.api;

import dev.sluice.audit.Inquiry;
import dev.sluice.authn.IdentityProviders.Choice;
import dev.sluice.authn.Login;
import dev.sluice.authn.LoginRefused;
import dev.sluice.authn.Logins;
import dev.sluice.authn.User;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
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

    /// What RFC 6749 allows in an error, and no more than fits on a few lines.
    private static final Pattern PLAIN = Pattern.compile("[ !#-\\[\\]-~]{1,200}");

    private static final Logger LOG = LoggerFactory.getLogger(LoginRoutes.class);

    private final Login login;
    private final LoginPages pages;
    private final Set<Integer> tenantPorts;

    /// @param tenantPorts where the gateway listens: a session is never handed on to there
    LoginRoutes(Login login, LoginPages pages, Set<Integer> tenantPorts) {
        this.login = login;
        this.pages = pages;
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
        String organization = request.query("organization").orElse("");
        List<Choice> all = login.users().choices(organization);
        Optional<Choice> chosen = request.query("provider")
                .map(login.providers()::choice)
                .orElse(all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty());
        if (request.query("provider").isEmpty() && all.isEmpty()) {
            return Response.error(404, 404, "no identity provider is configured");
        }
        if (request.query("provider").isEmpty() && chosen.isEmpty()) {
            return found(LoginPages.PATH + "?rd=" + encoded(goal) + "&organization=" + encoded(organization));
        }
        if (chosen.filter(Choice::takesPasswords).isPresent()) {
            return found(LoginPages.PATH + "?provider=" + chosen.get().name() + "&rd=" + encoded(goal));
        }
        try {
            URI callback = URI.create(origin(request) + CALLBACK);
            Logins.Begun begun = login.logins().begin(chosen.map(Choice::name).orElse(""), callback, goal);
            String cookie = SessionCookie.print(request, LOGIN_COOKIE, begun.sealed(), CALLBACK, Logins.LIFETIME);
            return found(begun.location().toString()).with("Set-Cookie", cookie);
        } catch (LoginRefused refused) {
            return refusal(request, refused);
        }
    }

    private URI origin(Request request) {
        return login.providers()
                .publicUrl()
                .or(() -> LoginTargets.origin(
                        request.secure(), request.header("Host").orElse("")))
                .orElseThrow(() -> Rejection.of(400, "the request names no host"));
    }

    /// A new session, whatever cookie the browser had before.
    private Response callback(Request request) {
        String sealed = SessionCookie.value(request, LOGIN_COOKIE).orElse("");
        var answer = new Logins.Answer(request.query("state").orElse(""), request.query("code"), request.query("iss"));
        try {
            Logins.Finished finished = login.logins().finish(sealed, answer);
            SessionCookie.value(request, SessionCookie.NAME).ifPresent(login.acts()::close);
            String id = login.acts().open(finished.user());
            return found(finished.goal())
                    .with("Set-Cookie", SessionCookie.set(request, id))
                    .with("Set-Cookie", endOfLogin(request));
        } catch (LoginRefused refused) {
            Optional<String> catcher = LoginTargets.catcher(refused.goal(), tenantPorts);
            Response told =
                    catcher.isPresent() ? toldToTheProgram(catcher.get(), request, refused) : refusal(request, refused);
            return told.with("Set-Cookie", endOfLogin(request));
        }
    }

    /// What waits for the login's end hears that it failed, and why: else it would wait until it gives up.
    private Response toldToTheProgram(String catcher, Request request, LoginRefused refused) {
        int _ = status(request, login, refused);
        return found(catcher + "?error=" + encoded(words(refused) + reason(request)));
    }

    /// What the provider says of it, as far as it is plain.
    private static String reason(Request request) {
        String error = request.query("error").filter(LoginRoutes::isPlain).orElse("");
        String more =
                request.query("error_description").filter(LoginRoutes::isPlain).orElse("");
        return error.isEmpty() ? "" : " (" + error + (more.isEmpty() ? "" : ": " + more) + ")";
    }

    private static boolean isPlain(String said) {
        return PLAIN.matcher(said).matches();
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
        String cookie = encoded(SessionCookie.NAME + "=" + id);
        return found(target + "?cookie=" + cookie);
    }

    /// Ends the session of the cookie, or with `all=true` all of its user.
    private Response logout(Request request) throws IOException {
        if (LoginPages.isForm(request)) {
            return pages.logOut(request);
        }
        String id = SessionCookie.of(request).orElseThrow(Door::unauthorized);
        if (!end(login, id, request)) {
            throw Door.unauthorized();
        }
        return Response.empty(204).with("Set-Cookie", SessionCookie.clear(request));
    }

    /// @return false if nobody is logged in by that id
    static boolean end(Login login, String id, Request request) {
        if (request.query("all").filter("true"::equals).isEmpty()) {
            return login.acts().close(id);
        }
        Optional<User> user = login.sessions().user(id);
        user.ifPresent(login.acts()::closeAllOf);
        return user.isPresent();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static Response found(String location) {
        return Response.empty(FOUND)
                .with("Location", location)
                .with("Cache-Control", "no-store")
                .with("Referrer-Policy", "no-referrer");
    }

    /// For whoever asks: a browser shows a page.
    private Response refusal(Request request, LoginRefused refused) {
        return request.header("Accept").orElse("").contains("text/html")
                ? LoginHtml.failed(status(request, login, refused), words(refused))
                : refusal(request, login, refused);
    }

    static Response refusal(Request request, Login login, LoginRefused refused) {
        int status = status(request, login, refused);
        return Response.error(status, status, words(refused));
    }

    /// What to answer; notes who could not log in.
    static int status(Request request, Login login, LoginRefused refused) {
        if (!refused.provider().isEmpty()) {
            Map<String, String> details = Map.of(
                    "provider", refused.provider(),
                    "account", refused.account(),
                    "from", request.peer(),
                    "why", refused.why().name());
            String organization = login.acts().organization(refused.provider()).token();
            Inquiry.current().ifPresent(inquiry -> inquiry.refuseLogin(organization, details));
        }
        LOG.info("a login was refused: {}", refused.why());
        return switch (refused.why()) {
            case STALE, OVER -> 400;
            case TURNED_DOWN, NOT_PROVEN, NOT_VERIFIED, NO_ADDRESS, WRONG -> 403;
            case UNKNOWN_PROVIDER, NOT_FOR_TERMINALS -> 404;
            case TOO_MANY -> 429;
            case UNREACHABLE -> 502;
        };
    }

    static String words(LoginRefused refused) {
        return String.valueOf(refused.getMessage());
    }
}
