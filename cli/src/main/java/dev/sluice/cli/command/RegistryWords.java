package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.List;

/// `create|get|update|delete registry`: who an organization is where its images are. No message holds a password.
final class RegistryWords {
    static final EntityWords REGISTRY = new EntityWords("/v1/registry", "registry", "registry", RegistryWords::table);

    private RegistryWords() {}

    static Word create() {
        return withPassword(REGISTRY.tagged(new Word(
                        "registry", "Create a login at a registry, which has images for you.", RegistryWords::create)))
                .required("NAME", "what to call it here")
                .required("HOST", "the registry's host or host:port, as names of its images begin")
                .flag(new Flag(List.of("--username"), "USER", Flag.Use.REQUIRED, "who your organization is there"))
                .example("sluice create registry ghcr ghcr.io --username ci")
                .example(
                        "sluice create registry own registry.example.com:5000 --username ci --password-file ./password");
    }

    static Word update() {
        return withPassword(REGISTRY.tagged(new Word(
                        "registry",
                        "Change a login at a registry: its password, or all of it.",
                        RegistryWords::update)))
                .required("NAME", "the registry's name")
                .optional("HOST", "another host or host:port; without it, the same")
                .option("--username", "USER", "another user there; without it, the same")
                .example("sluice update registry ghcr")
                .example("pass registry/ci | sluice update registry ghcr --password-stdin");
    }

    private static Word withPassword(Word word) {
        return word.option("--password-file", "FILE", "read the password from a file; without it, you are asked")
                .flag(Flag.bare("read the password from standard input", "--password-stdin"));
    }

    private static int create(Arguments arguments, Session session) {
        Json.Obj registry = Json.Obj.empty()
                .with("name", arguments.required(0))
                .with("host", arguments.required(1))
                .with("username", arguments.option("--username").orElse(""))
                .with("tags", EntityWords.tags(arguments));
        return REGISTRY.create(session, arguments.required(0), withPassword(registry, arguments, session));
    }

    /// What is not said stays as it is; the server wants the password with any of it.
    private static int update(Arguments arguments, Session session) {
        String name = arguments.required(0);
        Passwords.requirePrivacy(session);
        Json before = session.api().get(Target.of(REGISTRY.path()).segment(name).toString());
        if (!(before instanceof Json.Obj its)) {
            throw new Failure("the server's answer is no registry");
        }
        Json.Obj registry = Json.Obj.empty()
                .with("name", name)
                .with("host", arguments.positional(1).orElse(its.show("host")))
                .with("username", arguments.option("--username").orElse(its.show("username")))
                .with("tags", EntityWords.tag(arguments).orElse(its.at("tags").orElse(Json.NULL)));
        return REGISTRY.update(session, name, withPassword(registry, arguments, session));
    }

    private static Json.Obj withPassword(Json.Obj registry, Arguments arguments, Session session) {
        Passwords.requirePrivacy(session);
        boolean isPiped = arguments.has("--password-stdin");
        if (isPiped && arguments.option("--password-file").isPresent()) {
            throw Failure.usage("the password is in a file or comes from standard input, not both: leave out"
                    + " --password-stdin");
        }
        if (isPiped) {
            return registry.with("password", Passwords.piped(session));
        }
        String question = "Password of " + registry.show("username") + " at " + registry.show("host") + ": ";
        String password = arguments
                .option("--password-file")
                .map(file -> Passwords.ofFile(file, session))
                .orElseGet(() -> Passwords.typed(
                        session, question, "use --password-file FILE, or pipe it in with --password-stdin"));
        return registry.with("password", password);
    }

    private static String table(List<Json.Obj> all) {
        var table = new Table("Name", "Host", "Username", "Version", "Created Date");
        all.forEach(one -> table.row(
                one.show("name"),
                one.show("host"),
                one.show("username"),
                one.show("version"),
                Rows.time(one, "createdTime")));
        return table.text();
    }
}
