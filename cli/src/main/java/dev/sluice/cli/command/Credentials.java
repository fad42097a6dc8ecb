package dev.sluice.cli.command;

import dev.sluice.cli.config.ConfigFile;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.json.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// What the current context holds of who one is.
final class Credentials {
    private static final List<Setting> ALL =
            List.of(Setting.COOKIE, Setting.SERVICE_ACCOUNT, Setting.JWT_PRIVATE_KEY, Setting.TOKEN);

    private Credentials() {}

    /// Keeps a session's cookie and no other credential, as those would speak before it.
    ///
    /// @return the file where it stands now
    static Path rememberCookie(Session session, String cookie) {
        Json.Obj context = context(session);
        for (Setting setting : ALL) {
            context = without(context, setting);
        }
        return save(session, context.with(Setting.COOKIE.key(), cookie));
    }

    /// Keeps an account and where its key is.
    static void rememberAccount(Session session, String account, String keyFile) {
        Json.Obj context = without(context(session), Setting.TOKEN) // which would speak before it
                .with(Setting.SERVICE_ACCOUNT.key(), account)
                .with(
                        Setting.JWT_PRIVATE_KEY.key(),
                        Path.of(keyFile).toAbsolutePath().normalize().toString());
        save(session, context);
    }

    /// The organization stays.
    static void forget(Session session) {
        ConfigFile file = session.settings().file();
        if (!file.exists() || file.current().isEmpty()) {
            return;
        }
        Json.Obj context = without(file.context(file.current()), Setting.TOKEN)
                .with(Setting.COOKIE.key(), "")
                .with(Setting.SERVICE_ACCOUNT.key(), "")
                .with(Setting.JWT_PRIVATE_KEY.key(), "");
        file.withContext(file.current(), context).save();
    }

    private static Path save(Session session, Json.Obj context) {
        ConfigFile file = session.settings().file();
        String name = contextName(session);
        String organization = session.settings().explicit(Setting.ORGANIZATION).orElse("");
        Json.Obj whole = organization.isEmpty() ? context : context.with(Setting.ORGANIZATION.key(), organization);
        file.withContext(name, whole).withCurrent(name).save();
        return file.path();
    }

    private static Json.Obj context(Session session) {
        ConfigFile file = session.settings().file();
        Json.Obj context = file.context(contextName(session));
        return file.current().isEmpty() ? addressed(context, session) : context;
    }

    /// The current context; in a file that has none, one named after the host.
    private static String contextName(Session session) {
        String current = session.settings().file().current();
        return current.isEmpty()
                ? session.settings().get(Setting.HOST).replace('.', '-').toLowerCase(Locale.ROOT)
                : current;
    }

    private static Json.Obj addressed(Json.Obj context, Session session) {
        var settings = session.settings();
        return context.with("host", settings.get(Setting.HOST))
                .with("port", new Json.Num(settings.get(Setting.PORT)))
                .with("scheme", settings.get(Setting.SCHEME))
                .with("organization", settings.get(Setting.ORGANIZATION))
                .with("insecure", new Json.Bool(settings.address().insecure()));
    }

    private static Json.Obj without(Json.Obj context, Setting setting) {
        return context.show(setting.key()).isEmpty() ? context : context.with(setting.key(), "");
    }
}
