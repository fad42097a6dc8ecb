package dev.sluice.cli.command;

import dev.sluice.cli.config.Setting;
import dev.sluice.cli.json.Json;
import java.util.List;

/// Who one is in a context of the configuration, as far as it tells.
final class LoggedIn {
    /// The mail address of whom the cookie stands for, which no server asks for: for people only.
    static final String USER = "user";

    static final List<Setting> CREDENTIALS =
            List.of(Setting.COOKIE, Setting.SERVICE_ACCOUNT, Setting.JWT_PRIVATE_KEY, Setting.TOKEN);

    /// Whoever a token stands for.
    static final String TOKEN = "(a token)";

    private static final String SOMEBODY = "(a user)";

    private LoggedIn() {}

    /// `ORGANIZATION/NAME` of an account or a user's mail address; empty where nobody is. What is named is what
    /// requests are made with, where a context holds several.
    static String as(Json.Obj context) {
        if (has(context, Setting.TOKEN)) {
            return TOKEN;
        }
        if (has(context, Setting.SERVICE_ACCOUNT)) {
            return account(context.show(Setting.SERVICE_ACCOUNT.key()), context.show(Setting.ORGANIZATION.key()));
        }
        return has(context, Setting.COOKIE) ? user(context.show(USER)) : "";
    }

    /// @param name perhaps with its organization in front
    static String account(String name, String organization) {
        return name.contains("/") || organization.isEmpty() ? name : organization + "/" + name;
    }

    /// @param mail empty where it is not known
    static String user(String mail) {
        return mail.isEmpty() ? SOMEBODY : mail;
    }

    /// The same context with nobody in it. What is not there is not added.
    static Json.Obj nobody(Json.Obj context) {
        Json.Obj left = context.without(USER);
        for (Setting setting : CREDENTIALS) {
            left = has(left, setting) ? left.with(setting.key(), "") : left;
        }
        return left;
    }

    private static boolean has(Json.Obj context, Setting setting) {
        return !context.show(setting.key()).isEmpty();
    }
}
