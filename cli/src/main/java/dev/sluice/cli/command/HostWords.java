package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// `create|get|update|delete host`: host names that an organization has for its APIs.
final class HostWords {
    static final EntityWords HOST = new EntityWords("/v1/host", "host", "host", HostWords::table);

    private static final List<String> OWN_KINDS = List.of("self-signed", "acme");

    private HostWords() {}

    static Word create() {
        return settings(new Word(
                        "host",
                        "Ask for a host for your APIs, and hear how to show that it is yours.",
                        HostWords::create))
                .example("sluice create host www.example.org")
                .example("sluice create host www.example.org --proof http --tls acme");
    }

    static Word update() {
        return settings(new Word("host", "Change a host, and have its proof looked for now.", HostWords::update))
                .example("sluice update host www.example.org")
                .example("sluice update host www.example.org --tls my-certificate");
    }

    private static Word settings(Word word) {
        return HOST.tagged(word)
                .required("NAME", "the host's name in the DNS, such as www.example.org")
                .option("--proof", "WAY", "how you show that it is yours: dns (the default) or http")
                .option("--tls", "KIND", "certificate: self-signed (the default), acme, a secret's name");
    }

    /// As the server keeps it.
    private static String name(Arguments arguments) {
        return arguments.required(0).toLowerCase(Locale.ROOT);
    }

    private static int create(Arguments arguments, Session session) {
        String name = name(arguments);
        Json answer = session.api().post(HOST.path(), body(name, arguments).with("tags", EntityWords.tags(arguments)));
        session.print(answer, () -> "Created host: " + name + todo(answer));
        return 0;
    }

    /// What is not said stays as it is.
    private static int update(Arguments arguments, Session session) {
        String name = name(arguments);
        if (!(session.api().get(HOST.target(name)) instanceof Json.Obj its)) {
            throw new Failure("the server's answer is no host");
        }
        Json.Obj body = body(name, arguments)
                .with("tags", EntityWords.tag(arguments).orElse(its.at("tags").orElse(Json.NULL)));
        for (String kept : List.of("proof", "tls")) {
            Optional<Json> before = body.at(kept).isPresent() ? Optional.empty() : its.at(kept);
            body = before.isPresent() ? body.with(kept, before.get()) : body;
        }
        Json answer = session.api().put(HOST.target(name), body);
        session.print(answer, () -> "Updated host: " + name + todo(answer));
        return 0;
    }

    private static Json.Obj body(String name, Arguments arguments) {
        Json.Obj body = Json.Obj.empty().with("name", name);
        Optional<String> proof = arguments.option("--proof");
        body = proof.isPresent() ? body.with("proof", proof.get()) : body;
        Optional<String> tls = arguments.option("--tls");
        return tls.isPresent() ? body.with("tls", tls(tls.get())) : body;
    }

    private static Json.Obj tls(String said) {
        return OWN_KINDS.contains(said)
                ? Json.Obj.empty().with("kind", said)
                : Json.Obj.empty().with("kind", "secret").with("secret", said);
    }

    private static String todo(Json answer) {
        String reason = answer instanceof Json.Obj host ? EntityWords.listed(host, "reason") : "";
        return reason.isEmpty() ? "" : "\nTo do: " + reason;
    }

    private static String table(List<Json.Obj> all) {
        var table = new Table("Name", "State", "TLS", "Proof", "To Do");
        all.forEach(one -> table.row(
                one.show("name"),
                one.show("status"),
                shownTls(one),
                one.show("proof"),
                EntityWords.listed(one, "reason")));
        return table.text();
    }

    private static String shownTls(Json.Obj host) {
        Json.Obj tls = host.objectAt("tls");
        return tls.show("secret").isEmpty() ? tls.show("kind") : tls.show("secret");
    }
}
