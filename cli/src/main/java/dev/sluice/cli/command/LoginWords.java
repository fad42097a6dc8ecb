package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.api.Refusal;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// `login`: with a browser, without one, with a password, or as a service account.
final class LoginWords {
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final Pattern MAIL = Pattern.compile("[!-~]{1,254}");
    private static final List<String> OF_USERS = List.of("--device", "--provider", "--username", "--password-stdin");

    private LoginWords() {}

    static Word login() {
        return new Word("login", "Log in with a browser or a password, or as a service account.", LoginWords::login)
                .flag(Flag.bare("for a terminal without a browser: show a code to enter elsewhere", "--device"))
                .option("--provider", "NAME", "identity provider that knows you, where there are several")
                .option("--username", "NAME", "your name in a directory (LDAP): asks for its password here")
                .flag(Flag.bare("with --username: read the password from standard input", "--password-stdin"))
                .example("sluice login --organization acme")
                .example("sluice login --device --organization acme --provider acme-sso")
                .example("sluice login --username jon --organization acme")
                .example("sluice login --service-account ci --key-file ./ci.pem --organization acme");
    }

    private static int login(Arguments arguments, Session session) {
        boolean isUserNamed =
                OF_USERS.stream().anyMatch(flag -> arguments.option(flag).isPresent());
        boolean isAccountNamed = arguments.option("--service-account").isPresent()
                || arguments.option("--jwt-private-key").isPresent();
        if (isAccountNamed && isUserNamed) {
            throw Failure.usage("a service account logs in with its key: leave out " + String.join(", ", OF_USERS));
        }
        boolean isAccount = session.settings().explicit(Setting.SERVICE_ACCOUNT).isPresent()
                || session.settings().explicit(Setting.JWT_PRIVATE_KEY).isPresent();
        return isAccount && !isUserNamed ? asAccount(session) : asUser(arguments, session);
    }

    private static int asAccount(Session session) {
        String account = explicit(session, Setting.SERVICE_ACCOUNT);
        String key = explicit(session, Setting.JWT_PRIVATE_KEY);
        try {
            Api.json(Api.successful(session.api().send("GET", "/home", Map.of(), Body.NONE)));
        } catch (Refusal e) {
            String hint = e.code() == UNAUTHORIZED
                    ? "\nIs the account in the organization that was named, and is the file its private key?"
                    : "";
            throw new Failure("error logging in: " + e.getMessage() + hint, e);
        }
        String before = session.settings().file().current();
        String context = Credentials.rememberAccount(session, account, key);
        session.say("You have successfully logged in");
        sayWhere(session, before, context);
        return 0;
    }

    private static int asUser(Arguments arguments, Session session) {
        LoginFlow flow = flow(arguments);
        String named = said(arguments, "--provider");
        String cookie;
        String mail;
        try {
            cookie = cookie(arguments, session, flow, named);
            mail = mail(session, cookie);
        } catch (Refusal e) {
            throw new Failure("error logging in: " + e.getMessage(), e);
        }
        String before = session.settings().file().current();
        String context = Credentials.rememberCookie(session, cookie, mail);
        String replaced = session.settings().file().context(context).show(Setting.COOKIE.key()); // as it was
        if (!replaced.isEmpty() && !replaced.equals(cookie)) {
            LogoutWords.endIfPossible(session, replaced);
        }
        session.say("You have successfully logged in, cookie saved to "
                + session.settings().file().path());
        sayWhere(session, before, context);
        sayWhetherMember(session, cookie);
        return 0;
    }

    /// Providers vouch for many who are nobody in an organization.
    private static void sayWhetherMember(Session session, String cookie) {
        String organization = session.settings().get(Setting.ORGANIZATION);
        if (organization.isEmpty()) {
            session.terminal().complain("Say in which organization you act, with --organization ORG: none is set");
            return;
        }
        var headers = Map.of("Accept", "application/json", "Cookie", cookie, "X-Dispatch-Org", organization);
        Answer answer = session.api().sendBare("GET", "/home", headers, Body.NONE);
        Api.bytes(answer, ANSWER_BYTES_MAX);
        if (answer.status() == FORBIDDEN) {
            session.terminal()
                    .complain("You are nobody in " + organization + " yet: none of its policies names you."
                            + " Who manages it can let you in");
        }
    }

    private static String cookie(Arguments arguments, Session session, LoginFlow flow, String named) {
        if (flow == LoginFlow.PASSWORD) {
            Passwords.requirePrivacy(session);
        }
        String provider = Providers.chosen(session, flow, named);
        return switch (flow) {
            case BROWSER -> BrowserLogin.cookie(session, provider);
            case DEVICE -> DeviceLogin.cookie(session, provider);
            case PASSWORD ->
                PasswordLogin.cookie(
                        session, provider, said(arguments, "--username"), arguments.has("--password-stdin"));
        };
    }

    private static LoginFlow flow(Arguments arguments) {
        boolean isByDevice = arguments.has("--device");
        boolean isByName = !said(arguments, "--username").isEmpty();
        if (isByDevice && isByName) {
            throw Failure.usage("--device is for providers that ask for the password themselves: leave out --username");
        }
        if (arguments.has("--password-stdin") && !isByName) {
            throw Failure.usage("--password-stdin needs --username NAME");
        }
        return isByName ? LoginFlow.PASSWORD : isByDevice ? LoginFlow.DEVICE : LoginFlow.BROWSER;
    }

    /// Empty where nothing is said of it.
    private static String said(Arguments arguments, String flag) {
        String value = arguments.option(flag).orElse("");
        if (arguments.option(flag).isPresent() && value.isEmpty()) {
            throw Failure.usage("the flag " + flag + " has an empty value");
        }
        return value;
    }

    /// Whose session that is, as far as the server says.
    private static String mail(Session session, String cookie) {
        Answer answer = session.api()
                .sendBare(
                        "GET",
                        "/v1/iam/oauth2/auth",
                        Map.of("Accept", "application/json", "Cookie", cookie),
                        Body.NONE);
        byte[] content = Api.bytes(answer, ANSWER_BYTES_MAX);
        if (!answer.isSuccess()) {
            throw Api.refusal(answer, content);
        }
        return answer.header("X-Auth-Request-Email")
                .filter(mail -> MAIL.matcher(mail).matches())
                .orElse("");
    }

    private static void sayWhere(Session session, String before, String context) {
        if (!before.isEmpty() && !before.equals(context)) {
            session.terminal()
                    .complain("You act in context " + context + " now; " + before
                            + " is as it was: sluice logout leads back, or sluice context use " + before);
        }
    }

    private static String explicit(Session session, Setting setting) {
        return session.settings()
                .explicit(setting)
                .orElseThrow(() ->
                        Failure.usage("a service account logs in with --service-account NAME and --key-file FILE"));
    }
}
