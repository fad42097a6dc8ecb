package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.api.Refusal;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import java.util.Map;

/// `login` and `logout`: with a browser, without one, or as a service account.
final class LoginWords {
    private static final int ERROR_BYTES_MAX = 1 << 20;
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;

    private LoginWords() {}

    static Word login() {
        return new Word("login", "Log in with a browser, or as a service account.", LoginWords::login)
                .flag(Flag.bare("for a terminal without a browser: show a code to enter elsewhere", "--device"))
                .option("--provider", "NAME", "identity provider that knows you, where there are several")
                .example("sluice login --organization acme")
                .example("sluice login --device --organization acme --provider acme-sso")
                .example("sluice login --service-account ci --key-file ./ci.pem --organization acme");
    }

    static Word logout() {
        return new Word("logout", "End your session and forget the context's credentials.", LoginWords::logout)
                .flag(Flag.bare("end all your sessions, on other machines too", "--all"))
                .flag(Flag.bare("only forget: ask no server", "--local"))
                .example("sluice logout")
                .example("sluice logout --all");
    }

    private static int login(Arguments arguments, Session session) {
        boolean isByDevice = arguments.has("--device");
        String provider = arguments.option("--provider").orElse("");
        boolean isAccountNamed = arguments.option("--service-account").isPresent()
                || arguments.option("--jwt-private-key").isPresent();
        if (isAccountNamed && (isByDevice || !provider.isEmpty())) {
            throw Failure.usage("a service account logs in with its key: leave out --device and --provider");
        }
        boolean isAccount = session.settings().explicit(Setting.SERVICE_ACCOUNT).isPresent()
                || session.settings().explicit(Setting.JWT_PRIVATE_KEY).isPresent();
        if (isAccount && !isByDevice && provider.isEmpty()) {
            return asAccount(session);
        }
        return asUser(session, isByDevice, provider);
    }

    private static int asAccount(Session session) {
        String account = explicit(session, Setting.SERVICE_ACCOUNT);
        String key = explicit(session, Setting.JWT_PRIVATE_KEY);
        try {
            session.api().get("/home");
        } catch (Refusal e) {
            throw new Failure("error logging in: " + e.getMessage(), e);
        }
        Credentials.rememberAccount(session, account, key);
        session.say("You have successfully logged in");
        return 0;
    }

    private static int asUser(Session session, boolean isByDevice, String provider) {
        String cookie;
        try {
            cookie = isByDevice ? DeviceLogin.cookie(session, provider) : BrowserLogin.cookie(session, provider);
        } catch (Refusal e) {
            throw new Failure("error logging in: " + e.getMessage(), e);
        }
        session.say("You have successfully logged in, cookie saved to " + Credentials.rememberCookie(session, cookie));
        if (session.settings().get(Setting.ORGANIZATION).isEmpty()) {
            session.terminal().complain("Say in which organization you act, with --organization ORG: none is set");
        }
        return 0;
    }

    private static String explicit(Session session, Setting setting) {
        return session.settings()
                .explicit(setting)
                .orElseThrow(() ->
                        Failure.usage("a service account logs in with --service-account NAME and --key-file FILE"));
    }

    private static int logout(Arguments arguments, Session session) {
        boolean isAll = arguments.has("--all");
        boolean isLocal = arguments.has("--local");
        String cookie = session.settings().get(Setting.COOKIE);
        if (isLocal && isAll) {
            throw Failure.usage("--local ends no session: leave out --all");
        }
        if (isAll && cookie.isEmpty()) {
            throw new Failure("there is no session to end: this context has none");
        }
        if (!cookie.isEmpty() && !isLocal) {
            end(session, cookie, isAll);
        }
        Credentials.forget(session);
        session.say("You have successfully logged out");
        return 0;
    }

    /// A session that is over already has ended, and what has none cannot end it.
    private static void end(Session session, String cookie, boolean isAll) {
        var headers = Map.of(
                "Accept",
                "application/json",
                "Cookie",
                cookie,
                "X-Dispatch-Org",
                session.settings().get(Setting.ORGANIZATION));
        try {
            Answer answer =
                    session.api().sendBare("POST", "/v1/iam/logout" + (isAll ? "?all=true" : ""), headers, Body.NONE);
            byte[] content = Api.bytes(answer, ERROR_BYTES_MAX);
            if (!answer.isSuccess() && answer.status() != UNAUTHORIZED && answer.status() != NOT_FOUND) {
                throw Api.refusal(answer, content);
            }
        } catch (Failure e) {
            throw new Failure(
                    "you are still logged in: the server could not end your session: " + e.getMessage()
                            + "\nTry again, or only forget it here: sluice logout --local",
                    e);
        }
    }
}
