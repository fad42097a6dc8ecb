package dev.sluice.api;

import dev.sluice.authn.Credentials;
import dev.sluice.authn.IdentityProviders.Choice;
import dev.sluice.authn.Login;
import dev.sluice.authn.LoginRefused;
import dev.sluice.authn.User;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Logging in and out on pages: choosing a provider, a name and a password for directories, and who one is.
final class LoginPages {
    static final String PATH = "/v1/iam/login";
    private static final int FORM_BYTES_MAX = 8 << 10;
    private static final int SEE_OTHER = 303;
    private static final String OLD = "This page was too old, or another page sent the form: try again.";

    private final Login login;
    private final FormSeal seal;
    private final Bytes style;

    LoginPages(Login login, FormSeal seal) {
        this.login = login;
        this.seal = seal;
        this.style = style();
    }

    void addTo(Routes.Table table) {
        table.add("GET", PATH, Refusals.ofPaths(this::page));
        table.add("POST", PATH, Refusals.ofPaths(this::logIn));
        table.add(
                "GET",
                LoginHtml.STYLE,
                _ -> Response.of(200, "text/css; charset=utf-8", style)
                        .with("X-Content-Type-Options", "nosniff")
                        .with("Cache-Control", "max-age=3600"));
    }

    private Response page(Request request) {
        Optional<User> user = SessionCookie.value(request, SessionCookie.NAME).flatMap(login.users()::user);
        Optional<String> provider = request.query("provider");
        Optional<String> goal = request.query("rd");
        if (user.isPresent() && goal.isEmpty() && provider.isEmpty()) {
            FormSeal.Fresh fresh = seal.fresh();
            return fresh.on(LoginHtml.account(user.get().mail(), fresh.seal()), request);
        }
        String checked = local(goal.orElse(PATH));
        if (provider.isPresent()) {
            return one(request, 200, new Attempt(provider.get(), checked, ""), Optional.empty());
        }
        List<Choice> choices =
                login.users().choices(request.query("organization").orElse(""));
        return entry(
                request,
                200,
                new LoginHtml.Entry(
                        choices,
                        checked,
                        Optional.empty(),
                        "",
                        login.providers().areSomeOfOrganizations()));
    }

    /// What a form was about.
    private record Attempt(String provider, String goal, String account) {}

    /// The page of one provider.
    private Response one(Request request, int status, Attempt attempt, Optional<String> wrong) {
        Choice choice = login.providers()
                .choice(attempt.provider())
                .orElseThrow(() -> Rejection.of(404, "there is no such identity provider"));
        return entry(
                request, status, new LoginHtml.Entry(List.of(choice), attempt.goal(), wrong, attempt.account(), false));
    }

    private Response entry(Request request, int status, LoginHtml.Entry told) {
        FormSeal.Fresh fresh = seal.fresh();
        return fresh.on(LoginHtml.entry(status, told, fresh.seal()), request);
    }

    private Response logIn(Request request) throws IOException {
        Map<String, List<String>> form = request.form(FORM_BYTES_MAX);
        var attempt = new Attempt(field(form, "provider"), local(field(form, "rd")), field(form, "account"));
        if (!seal.isOurs(request, field(form, FormSeal.FIELD))) {
            return one(request, 403, attempt, Optional.of(OLD));
        }
        try {
            User user = login.logins()
                    .user(
                            attempt.provider(),
                            Credentials.of(attempt.account(), field(form, "password")),
                            request.peer());
            SessionCookie.value(request, SessionCookie.NAME).ifPresent(login.acts()::close);
            Response found = Response.empty(SEE_OTHER)
                    .with("Location", attempt.goal())
                    .with("Cache-Control", "no-store")
                    .with("Set-Cookie", SessionCookie.set(request, login.acts().open(user)));
            return FormSeal.spent(found, request);
        } catch (LoginRefused refused) {
            Response page = one(
                    request,
                    LoginRoutes.status(request, login, refused),
                    attempt,
                    Optional.of(LoginRoutes.words(refused)));
            return refused.why() == LoginRefused.Why.TOO_MANY ? page.with("Retry-After", "900") : page;
        }
    }

    /// Whether a page of ours asks to log out, and not a program.
    static boolean isForm(Request request) {
        return request.header("Content-Type").orElse("").startsWith("application/x-www-form-urlencoded");
    }

    /// Ends the session of the browser whose page this form is of.
    Response logOut(Request request) throws IOException {
        if (!seal.isOurs(request, field(request.form(FORM_BYTES_MAX), FormSeal.FIELD))) {
            return LoginHtml.failed(403, OLD);
        }
        SessionCookie.value(request, SessionCookie.NAME).ifPresent(id -> LoginRoutes.end(login, id, request));
        return FormSeal.spent(LoginHtml.loggedOut().with("Set-Cookie", SessionCookie.clear(request)), request);
    }

    private static String local(String goal) {
        if (!LoginTargets.isLocal(goal)) {
            throw Rejection.of(400, "rd must be a path of this server");
        }
        return goal;
    }

    /// Empty unless the form has one of that name.
    private static String field(Map<String, List<String>> form, String name) {
        List<String> values = form.getOrDefault(name, List.of());
        return values.size() == 1 ? values.getFirst() : "";
    }

    private static Bytes style() {
        try (InputStream in = LoginPages.class.getResourceAsStream("login.css")) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its style");
            }
            return Bytes.takeOver(in.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
