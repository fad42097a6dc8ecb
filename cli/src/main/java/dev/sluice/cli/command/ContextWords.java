package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.config.ConfigFile;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.nio.file.Path;
import java.util.List;

/// `context list|use|add`, and `manage context` as Dispatch's client has it.
final class ContextWords {
    private static final List<Setting> KEPT = List.of(
            Setting.HOST,
            Setting.PORT,
            Setting.SCHEME,
            Setting.ORGANIZATION,
            Setting.INSECURE,
            Setting.SERVICE_ACCOUNT,
            Setting.JWT_PRIVATE_KEY);

    private static final String HIDDEN = "(hidden)";

    private ContextWords() {}

    static Word all() {
        return new Word(
                        "context",
                        "Switch between servers, organizations and accounts.",
                        List.of(
                                new Word("list", "Show the contexts of the configuration.", ContextWords::list)
                                        .ofNoOrganization()
                                        .example("sluice context list"),
                                new Word("use", "Switch to another context.", ContextWords::use)
                                        .ofNoOrganization()
                                        .required("CONTEXT", "its name")
                                        .example("sluice context use acme"),
                                new Word("add", "Add a context of what the flags say.", ContextWords::add)
                                        .required("CONTEXT", "its name")
                                        .example(
                                                "sluice context add acme --host faas.example.com --organization acme")))
                .example("sluice context list")
                .example("sluice context use acme");
    }

    static Word manage() {
        return new Word("context", "Show the contexts of the configuration, or switch.", ContextWords::manage)
                .flag(Flag.valued("CONTEXT", "make this the current context", "-s", "--set"))
                .example("sluice manage context")
                .example("sluice manage context --set local-tls");
    }

    private static int manage(Arguments arguments, Session session) {
        String wanted = arguments.option("--set").orElse("");
        return wanted.isEmpty() ? list(arguments, session) : use(wanted, session);
    }

    private static int list(Arguments arguments, Session session) {
        ConfigFile file = session.settings().file();
        session.print(unrevealed(file), () -> table(file));
        return 0;
    }

    private static int use(Arguments arguments, Session session) {
        return use(arguments.required(0), session);
    }

    private static int use(String wanted, Session session) {
        ConfigFile file = session.settings().file();
        if (!file.names().contains(wanted)) {
            throw new Failure("No such context " + wanted + "\nThere are: " + String.join(", ", file.names()));
        }
        file.withCurrent(wanted).save();
        session.say("Set context to " + wanted);
        if (LoggedIn.as(file.context(wanted)).isEmpty()) {
            session.terminal()
                    .complain("Nobody is logged in there. To log in: sluice login,"
                            + " or sluice login --service-account NAME --key-file FILE");
        }
        return 0;
    }

    private static int add(Arguments arguments, Session session) {
        String name = arguments.required(0);
        ConfigFile file = session.settings().file();
        if (file.names().contains(name)) {
            throw new Failure("There is a context " + name + " already");
        }
        if (session.settings().explicit(Setting.HOST).isEmpty()) {
            throw Failure.usage("a context needs --host HOST");
        }
        session.settings().address(); // says what is wrong with it
        Json.Obj context = Json.Obj.empty();
        for (Setting setting : KEPT) {
            String said = session.settings().explicit(setting).orElse("");
            if (!said.isEmpty()) {
                context = context.with(setting.key(), value(setting, said));
            }
        }
        ConfigFile changed = file.withContext(name, context);
        (file.current().isEmpty() ? changed.withCurrent(name) : changed).save();
        session.say("Added context " + name);
        return 0;
    }

    private static Json value(Setting setting, String said) {
        return switch (setting) {
            case PORT -> Json.Num.of(Long.parseLong(said));
            case INSECURE -> new Json.Bool(said.equalsIgnoreCase("true"));
            case JWT_PRIVATE_KEY ->
                new Json.Text(Path.of(said).toAbsolutePath().normalize().toString());
            case HOST, SCHEME, ORGANIZATION, AS_ORGANIZATION, TOKEN, SERVICE_ACCOUNT, OUTPUT, COOKIE ->
                new Json.Text(said);
        };
    }

    /// Without what anybody could log in with who sees it.
    private static Json unrevealed(ConfigFile file) {
        Json.Obj contexts = file.content().objectAt("contexts");
        for (String name : file.names()) {
            Json.Obj context = file.context(name);
            for (Setting secret : List.of(Setting.COOKIE, Setting.TOKEN)) {
                context = context.show(secret.key()).isEmpty() ? context : context.with(secret.key(), HIDDEN);
            }
            contexts = contexts.with(name, context);
        }
        return file.content().with("contexts", contexts);
    }

    private static String table(ConfigFile file) {
        var table = new Table("Context", "Server", "Organization", "Account");
        for (String name : file.names()) {
            Json.Obj context = file.context(name);
            String who = LoggedIn.as(context);
            table.row(
                    name.equals(file.current()) ? "* " + name : name,
                    context.show("scheme") + "://" + context.show("host") + ":" + context.show("port"),
                    context.show("organization"),
                    who.isEmpty() ? "(not logged in)" : who);
        }
        return table.text();
    }
}
