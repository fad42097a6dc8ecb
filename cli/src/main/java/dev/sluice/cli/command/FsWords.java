package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// `fs`: the labeled file system.
final class FsWords {
    private static final String FS = "/faasten/fs";
    private static final String PATH = "path in colon syntax, such as ~:notes or home:<acme,acme>:notes";
    private static final Map<String, String> BYTES = Map.of("Content-Type", "application/octet-stream");

    private FsWords() {}

    static Word all() {
        return new Word(
                "fs",
                "Look into and change the labeled file system.",
                List.of(
                        ls(),
                        cat(),
                        put(),
                        mkdir(),
                        mkfile(),
                        mkfaceted(),
                        mkblob(),
                        FsutilWords.mkgate(),
                        FsutilWords.upgate(),
                        FsutilWords.mksvc(),
                        ln(),
                        rm(),
                        stat(),
                        FsutilWords.invoke()));
    }

    private static Word ls() {
        return new Word("ls", "List a directory, or the facets of a faceted one.", FsWords::ls)
                .required("PATH", PATH)
                .option("--clearance", "COMPONENT", "of a faceted directory: only the facets below this secrecy")
                .option("--after", "NAME", "only what comes after this name, or this facet")
                .option("--limit", "N", "at most so many, up to 1000 (default: 1000)")
                .example("sluice fs ls '~'")
                .example("sluice fs ls home --clearance acme/user/jon");
    }

    private static Word cat() {
        return new Word("cat", "Print a file or a blob.", FsWords::cat)
                .alias("read")
                .required("PATH", PATH)
                .example("sluice fs cat '~:todo'");
    }

    private static Word put() {
        return new Word("put", "Create a file, or replace its content.", FsWords::put)
                .alias("write")
                .required("PATH", PATH)
                .optional("FILE", "file to send, or - for standard input (default: -)")
                .option("--label", "LABEL", "label of a new file (default: the directory's)")
                .option("--version", "N", "replace only if the file is at this version")
                .example("sluice fs put '~:todo' todo.txt")
                .example("echo milk | sluice fs put '~:todo' --label acme/user/jon,acme/user/jon");
    }

    private static Word mkdir() {
        return new Word("mkdir", "Create a directory.", FsWords::mkdir)
                .required("PATH", PATH)
                .option("--label", "LABEL", "label of the new directory (default: its parent's)")
                .flag(Flag.bare("make it a faceted directory: one directory for each label", "--faceted"))
                .example("sluice fs mkdir '~:notes'");
    }

    private static Word mkfile() {
        return new Word("mkfile", "Create an empty file, where nothing is.", FsWords::mkfile)
                .required("PATH", PATH)
                .option("--label", "LABEL", "label of the new file (default: the directory's)")
                .example("sluice fs mkfile '~:todo'");
    }

    private static Word mkfaceted() {
        return new Word("mkfaceted", "Create a faceted directory: one directory for each label.", FsWords::mkfaceted)
                .required("PATH", PATH)
                .example("sluice fs mkfaceted '~:inbox'");
    }

    private static Word mkblob() {
        return new Word("mkblob", "Upload a file as a blob, and link it.", FsWords::mkblob)
                .required("PATH", PATH)
                .required("FILE", "file to send")
                .option("--label", "LABEL", "label of the blob (default: yours alone)")
                .example("sluice fs mkblob '~:photo' photo.jpg")
                .example("sluice fs mkblob 'home:<T,acme>:logo' logo.png --label T,acme");
    }

    private static Word ln() {
        return new Word("ln", "Link what is at a path under another name.", FsWords::ln)
                .required("TARGET", "what to link: a " + PATH)
                .required("PATH", PATH)
                .example("sluice fs ln '~:notes:todo' '~:today'");
    }

    private static Word rm() {
        return new Word("rm", "Remove an entry from its directory.", FsWords::rm)
                .alias("unlink")
                .required("PATH", PATH)
                .example("sluice fs rm '~:notes:todo'");
    }

    private static Word stat() {
        return new Word("stat", "Show kind, label, size and version.", FsWords::stat)
                .required("PATH", PATH)
                .example("sluice fs stat '~:notes:todo'");
    }

    private static Target target(Arguments arguments) {
        return Target.of(FS).segment(arguments.required(0));
    }

    private static int ls(Arguments arguments, Session session) {
        Target target = target(arguments).query("op", "list");
        arguments.option("--clearance").ifPresent(clearance -> target.query("clearance", clearance));
        arguments.option("--after").ifPresent(after -> target.query("after", after));
        arguments.option("--limit").ifPresent(limit -> target.query("limit", limit));
        Json answer = session.api().get(target.toString());
        session.print(answer, () -> listing(answer));
        if (answer instanceof Json.Obj page && !page.show("next").isEmpty()) {
            session.terminal().complain("There may be more: --after '" + page.show("next") + "' shows it");
        }
        return 0;
    }

    private static String listing(Json answer) {
        if (!(answer instanceof Json.Obj listing)) {
            return "";
        }
        if (listing.members().get("facets") instanceof Json.Arr(var facets)) {
            var table = new Table("Facet");
            facets.forEach(facet -> table.row(facet instanceof Json.Text(String label) ? label : ""));
            return table.text();
        }
        var table = new Table("Name", "Kind", "Label");
        Rows.of(listing.at("entries").orElse(Json.NULL))
                .forEach(entry -> table.row(entry.show("name"), entry.show("kind"), entry.show("label")));
        return table.text();
    }

    private static int cat(Arguments arguments, Session session) {
        session.copyOut(session.api().call("GET", target(arguments).toString(), Body.NONE));
        return 0;
    }

    private static int put(Arguments arguments, Session session) {
        Target target = target(arguments);
        arguments.option("--label").ifPresent(label -> target.query("label", label));
        arguments.option("--version").ifPresent(version -> target.query("version", version));
        String source = arguments.positional(1).orElse("-");
        Answer answer = source.equals("-")
                ? upload("PUT", target, Body.of(session.terminal().in(), -1), session)
                : upload("PUT", target, Path.of(source), session);
        boolean isNew = answer.status() == 201;
        Json stat = Api.json(answer);
        session.print(stat, () -> (isNew ? "Created file: " : "Updated file: ") + arguments.required(0));
        return 0;
    }

    private static Answer upload(String method, Target target, Path file, Session session) {
        try (var content = Files.newInputStream(file)) {
            return upload(method, target, Body.of(content, Files.size(file)), session);
        } catch (IOException e) {
            throw new Failure("cannot read " + file + ": " + Failure.reason(e), e);
        }
    }

    private static Answer upload(String method, Target target, Body body, Session session) {
        return Api.successful(session.api().send(method, target.toString(), BYTES, body));
    }

    private static int mkdir(Arguments arguments, Session session) {
        Target target = target(arguments).query("op", "mkdir");
        arguments.option("--label").ifPresent(label -> target.query("label", label));
        if (arguments.has("--faceted")) {
            target.query("faceted", "true");
        }
        Json stat = Api.json(session.api().call("POST", target.toString(), Body.NONE));
        session.print(stat, () -> "Created directory: " + arguments.required(0));
        return 0;
    }

    private static int mkfile(Arguments arguments, Session session) {
        Target target = target(arguments).query("op", "create");
        arguments.option("--label").ifPresent(label -> target.query("label", label));
        Json stat = Api.json(upload("PUT", target, Body.NONE, session));
        session.print(stat, () -> "Created file: " + arguments.required(0));
        return 0;
    }

    private static int mkfaceted(Arguments arguments, Session session) {
        Target target = target(arguments).query("op", "mkdir").query("faceted", "true");
        Json stat = Api.json(session.api().call("POST", target.toString(), Body.NONE));
        session.print(stat, () -> "Created faceted directory: " + arguments.required(0));
        return 0;
    }

    private static int mkblob(Arguments arguments, Session session) {
        Target target = Target.of("/blobs");
        arguments.option("--label").ifPresent(label -> target.query("label", label));
        Json blob = Api.json(upload("POST", target, Path.of(arguments.required(1)), session));
        String id = blob instanceof Json.Obj made ? made.show("blob") : "";
        Json linked =
                session.api().post(link(arguments.required(0)), Json.Obj.empty().with("blob", id));
        session.print(linked, () -> "Created blob: " + arguments.required(0));
        return 0;
    }

    private static int ln(Arguments arguments, Session session) {
        Json.Obj body = Json.Obj.empty().with("target", arguments.required(0));
        Json linked = session.api().post(link(arguments.required(1)), body);
        session.print(linked, () -> "Linked: " + arguments.required(1));
        return 0;
    }

    private static String link(String path) {
        return Target.of("/dirs").segment(path).toString();
    }

    private static int rm(Arguments arguments, Session session) {
        Json answer = session.api().delete(target(arguments).toString());
        session.print(answer, () -> "Removed: " + arguments.required(0));
        return 0;
    }

    private static int stat(Arguments arguments, Session session) {
        Json answer = session.api().get(target(arguments).query("op", "stat").toString());
        session.print(answer, () -> {
            var table = new Table("Name", "Kind", "Label", "Size", "Version");
            Rows.of(answer)
                    .forEach(stat -> table.row(
                            stat.show("name"),
                            stat.show("kind"),
                            stat.show("label"),
                            stat.show("size"),
                            stat.show("version")));
            return table.text();
        });
        return 0;
    }
}
