package dev.sluice.cli.command;

import dev.sluice.cli.config.ConfigFile;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.config.Settings;
import dev.sluice.cli.json.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Where logins are kept: in the current context, unless somebody else is logged in there, or it leads elsewhere. Then
/// in one of their own, `WHO@ORGANIZATION`, which becomes the current one until they log out: nobody else's
/// credentials are lost.
final class Credentials {
    /// In a context that a login has made: which one was current before.
    private static final String BEFORE = "before";

    private static final List<Setting> ADDRESS = List.of(Setting.HOST, Setting.PORT, Setting.SCHEME);

    private final Settings settings;
    private final ConfigFile file;
    private final List<String> who;

    /// @param who as what contexts may show him
    private Credentials(Session session, List<String> who) {
        this.settings = session.settings();
        this.file = settings.file();
        this.who = List.copyOf(who);
    }

    /// Keeps a session's cookie.
    ///
    /// @param mail of whom it is; empty where that is not known
    /// @return the context where it stands now
    static String rememberCookie(Session session, String cookie, String mail) {
        var credentials = new Credentials(session, List.of(LoggedIn.user(mail), LoggedIn.user("")));
        return credentials.keep(mail.isEmpty() ? "user" : mail, context -> {
            Json.Obj kept = context.with(Setting.COOKIE.key(), cookie);
            return mail.isEmpty() ? kept : kept.with(LoggedIn.USER, mail);
        });
    }

    /// Keeps an account and where its key is.
    ///
    /// @return the context where they stand now
    static String rememberAccount(Session session, String account, String keyFile) {
        String organization = session.settings().get(Setting.ORGANIZATION);
        var credentials = new Credentials(session, List.of(LoggedIn.account(account, organization)));
        String key = Path.of(keyFile).toAbsolutePath().normalize().toString();
        return credentials.keep(
                account.substring(account.indexOf('/') + 1),
                context ->
                        context.with(Setting.SERVICE_ACCOUNT.key(), account).with(Setting.JWT_PRIVATE_KEY.key(), key));
    }

    /// Nobody is logged in any more where somebody was. A context that was made for that login goes, and the one before
    /// is current again; any other one stays, with its organization.
    ///
    /// @return the context to which that leads back
    static Optional<String> forget(Session session) {
        ConfigFile file = session.settings().file();
        String current = file.current();
        if (!file.exists() || current.isEmpty()) {
            return Optional.empty();
        }
        String before = file.context(current).show(BEFORE);
        if (before.equals(current) || !file.names().contains(before)) {
            file.withContext(current, LoggedIn.nobody(file.context(current))).save();
            return Optional.empty();
        }
        ConfigFile left = file.withoutContext(current).withCurrent(before);
        for (String name : left.names()) {
            Json.Obj other = left.context(name);
            left = other.show(BEFORE).equals(current) ? left.withContext(name, other.with(BEFORE, before)) : left;
        }
        left.save();
        return Optional.of(before);
    }

    /// @param entry adds the credentials to a context with nobody in it
    private String keep(String shortName, UnaryOperator<Json.Obj> entry) {
        String current = file.current();
        if (current.isEmpty()) {
            String name = settings.get(Setting.HOST).replace('.', '-').toLowerCase(Locale.ROOT);
            save(name, entry.apply(addressed(file.context(name))));
            return name;
        }
        if (isMeantHere(file.context(current))) {
            Json.Obj context = entry.apply(LoggedIn.nobody(file.context(current)));
            save(
                    current,
                    settings.explicit(Setting.ORGANIZATION)
                            .map(organization -> context.with(Setting.ORGANIZATION.key(), organization))
                            .orElse(context));
            return current;
        }
        String organization = settings.get(Setting.ORGANIZATION);
        String name = free(organization.isEmpty() ? shortName : shortName + "@" + organization);
        Json.Obj copied = isAddressed(file.context(current)) ? file.context(current) : Json.Obj.empty();
        Json.Obj own = file.names().contains(name) ? file.context(name) : copied;
        String before = name.equals(current) ? own.show(BEFORE) : current;
        save(name, entry.apply(addressed(LoggedIn.nobody(own)).with(BEFORE, before)));
        return name;
    }

    private void save(String name, Json.Obj context) {
        file.withContext(name, context).withCurrent(name).save();
    }

    /// Whether it leads to the server that was logged in at, and holds nothing of anybody else.
    private boolean isMeantHere(Json.Obj context) {
        String there = LoggedIn.as(context);
        boolean isOfSameOrganization =
                context.show(Setting.ORGANIZATION.key()).equals(settings.get(Setting.ORGANIZATION));
        return isAddressed(context) && (there.isEmpty() || (who.contains(there) && isOfSameOrganization));
    }

    /// Whether what flags and the environment say of the server is what the context says too.
    private boolean isAddressed(Json.Obj context) {
        return ADDRESS.stream()
                .allMatch(setting -> settings.explicit(setting)
                        .map(said -> said.equals(context.show(setting.key())))
                        .orElse(true));
    }

    /// The first of `NAME`, `NAME-2`, `NAME-3` that nobody else has, and no other server.
    private String free(String wanted) {
        String name = wanted;
        for (int i = 2; file.names().contains(name) && !isOurs(file.context(name)); i++) {
            name = wanted + "-" + i;
        }
        return name;
    }

    private boolean isOurs(Json.Obj context) {
        boolean isThisServer =
                ADDRESS.stream().allMatch(setting -> settings.get(setting).equals(context.show(setting.key())));
        return isThisServer && isMeantHere(context);
    }

    private Json.Obj addressed(Json.Obj context) {
        return context.with("host", settings.get(Setting.HOST))
                .with("port", new Json.Num(settings.get(Setting.PORT)))
                .with("scheme", settings.get(Setting.SCHEME))
                .with("organization", settings.get(Setting.ORGANIZATION))
                .with("insecure", new Json.Bool(settings.address().insecure()));
    }
}
