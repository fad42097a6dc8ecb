package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Refusal;
import dev.sluice.cli.config.ConfigFile;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.json.Json;
import java.nio.file.Path;
import java.util.Locale;

/// `login`, `logout` and `token`.
final class AccountWords {
    private AccountWords() {}

    static Word login() {
        return new Word("login", "Check a service account's key and remember it.", AccountWords::login)
                .example("sluice login --service-account ci --jwt-private-key ./ci.pem --organization acme");
    }

    static Word logout() {
        return new Word("logout", "Forget the credentials of the current context.", AccountWords::logout)
                .example("sluice logout");
    }

    static Word token() {
        return new Word("token", "Print a token for other programs, good for an hour.", AccountWords::token)
                .example("curl -H \"Authorization: Bearer $(sluice token)\" http://127.0.0.1:8080/v1/function");
    }

    private static int login(Arguments arguments, Session session) {
        String account = explicit(session, Setting.SERVICE_ACCOUNT);
        String key = explicit(session, Setting.JWT_PRIVATE_KEY);
        try {
            session.api().get("/home");
        } catch (Refusal e) {
            throw new Failure("error logging in: " + e.getMessage(), e);
        }
        ConfigFile file = session.settings().file();
        String name = contextName(file, session);
        Json.Obj context = file.context(name);
        if (file.current().isEmpty()) {
            context = addressed(context, session);
        }
        context = context.with(Setting.SERVICE_ACCOUNT.key(), account)
                .with(
                        Setting.JWT_PRIVATE_KEY.key(),
                        Path.of(key).toAbsolutePath().normalize().toString());
        context = withoutToken(context);
        String organization = session.settings().explicit(Setting.ORGANIZATION).orElse("");
        if (!organization.isEmpty()) {
            context = context.with(Setting.ORGANIZATION.key(), organization);
        }
        file.withContext(name, context).withCurrent(name).save();
        session.say("You have successfully logged in");
        return 0;
    }

    private static int token(Arguments arguments, Session session) {
        session.say(session.api().token());
        return 0;
    }

    private static String explicit(Session session, Setting setting) {
        return session.settings()
                .explicit(setting)
                .orElseThrow(() -> Failure.usage("login needs --service-account NAME and --jwt-private-key FILE"));
    }

    /// The current context; in a file that has none, one named after the host.
    private static String contextName(ConfigFile file, Session session) {
        if (!file.current().isEmpty()) {
            return file.current();
        }
        return session.settings().get(Setting.HOST).replace('.', '-').toLowerCase(Locale.ROOT);
    }

    private static Json.Obj addressed(Json.Obj context, Session session) {
        var settings = session.settings();
        return context.with("host", settings.get(Setting.HOST))
                .with("port", new Json.Num(settings.get(Setting.PORT)))
                .with("scheme", settings.get(Setting.SCHEME))
                .with("organization", settings.get(Setting.ORGANIZATION))
                .with("insecure", new Json.Bool(settings.address().insecure()));
    }

    private static int logout(Arguments arguments, Session session) {
        ConfigFile file = session.settings().file();
        if (file.exists() && !file.current().isEmpty()) {
            Json.Obj context = file.context(file.current())
                    .with(Setting.COOKIE.key(), "")
                    .with(Setting.SERVICE_ACCOUNT.key(), "")
                    .with(Setting.JWT_PRIVATE_KEY.key(), "");
            file.withContext(file.current(), withoutToken(context)).save();
        }
        session.say("You have successfully logged out");
        return 0;
    }

    /// A token speaks before an account and its key do.
    private static Json.Obj withoutToken(Json.Obj context) {
        String key = Setting.TOKEN.key();
        return context.show(key).isEmpty() ? context : context.with(key, "");
    }
}
