package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import dev.sluice.cli.json.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `create|get|delete base-image`, `create|get|delete image` and `create seed-images`.
final class ImageWords {
    private static final Kind BASE_IMAGE = new Kind("/v1/baseimage", "base image", "BaseImage");
    private static final Kind IMAGE = new Kind("/v1/image", "image", "Image");

    private ImageWords() {}

    /// @param said in messages
    /// @param kind as the server and messages about several things say it
    private record Kind(String path, String said, String kind) {
        String target(String name) {
            return Target.of(path).segment(name).toString();
        }
    }

    /// One of those that Dispatch's client creates, with the versions that it names.
    private record Seed(String language, String version, String manifest) {}

    private static final List<Seed> SEEDS = List.of(
            new Seed("nodejs", "0.0.12", ""),
            new Seed("python3", "0.0.13", "requests"),
            new Seed("powershell", "0.0.13", ""),
            new Seed("java", "0.0.13", ""));

    static Word createBase() {
        return new Word("base-image", "Create a base image: a language to run functions in.", ImageWords::createBase)
                .required("NAME", "the base image's name")
                .required("URL", "where the image is, such as dispatchframework/python3-base:0.0.13")
                .flag(new Flag(List.of("--language"), "LANGUAGE", Flag.Use.REQUIRED, "such as python3 or nodejs"))
                .flag(Waiting.flag())
                .example("sluice create base-image python dispatchframework/python3-base --language python3 --wait");
    }

    static Word create() {
        return new Word("image", "Create an image: a base image and what functions need beside it.", ImageWords::create)
                .required("NAME", "the image's name, which functions name with --image")
                .required("BASE", "the base image's name")
                .option("--runtime-deps", "FILE", "what it needs of its language, such as a requirements.txt")
                .option("--system-deps", "FILE", "system packages: {\"packages\": [{\"name\": ..., \"version\": ...}]}")
                .flag(Waiting.flag())
                .example("sluice create image python3 python3-base --wait")
                .example("sluice create image science python3-base --runtime-deps ./requirements.txt");
    }

    static Word createSeeds() {
        return new Word(
                        "seed-images",
                        "Create the base images and images that Dispatch begins with.",
                        ImageWords::createSeeds)
                .flag(Waiting.flag())
                .example("sluice create seed-images");
    }

    static Word getBase() {
        return new Word(
                        "base-image",
                        "Show one base image, or list all.",
                        (arguments, session) -> get(BASE_IMAGE, arguments, session))
                .optional("NAME", "the base image's name")
                .example("sluice get base-images")
                .example("sluice get base-image python3-base -o json");
    }

    static Word get() {
        return new Word("image", "Show one image, or list all.", (arguments, session) -> get(IMAGE, arguments, session))
                .optional("NAME", "the image's name")
                .example("sluice get images")
                .example("sluice get image python3 -o yaml");
    }

    static Word deleteBase() {
        return new Word(
                        "base-image",
                        "Delete a base image; images on it stay.",
                        (arguments, session) -> delete(BASE_IMAGE, arguments, session))
                .required("NAME", "the base image's name")
                .example("sluice delete base-image python3-base");
    }

    static Word delete() {
        return new Word(
                        "image",
                        "Delete an image; functions on it stay.",
                        (arguments, session) -> delete(IMAGE, arguments, session))
                .required("NAME", "the image's name")
                .example("sluice delete image python3");
    }

    private static int createBase(Arguments arguments, Session session) {
        String name = arguments.required(0);
        Json.Obj body =
                base(arguments.required(1), arguments.option("--language").orElse(""), name, false);
        return create(BASE_IMAGE, body, "Created " + BASE_IMAGE.said() + ": " + name, arguments, session);
    }

    private static int create(Arguments arguments, Session session) {
        String name = arguments.required(0);
        Json.Obj runtime = arguments
                .option("--runtime-deps")
                .map(file ->
                        Json.Obj.empty().with("manifest", new String(Content.ofFile(file), StandardCharsets.UTF_8)))
                .orElse(Json.Obj.empty());
        Json system = arguments
                .option("--system-deps")
                .map(ImageWords::systemPackages)
                .orElse(Json.Obj.empty().with("packages", Json.NULL));
        Json.Obj body = Json.Obj.empty()
                .with("baseImageName", arguments.required(1))
                .with("groups", Json.NULL)
                .with("name", name)
                .with("reason", Json.NULL)
                .with("runtimeDependencies", runtime)
                .with("systemDependencies", system)
                .with("tags", Json.NULL);
        return create(IMAGE, body, "Created " + IMAGE.said() + ": " + name, arguments, session);
    }

    private static Json systemPackages(String file) {
        try {
            return JsonText.parse(Content.ofFile(file));
        } catch (NotJson e) {
            throw new Failure("the system packages in " + file + " are not JSON: " + e.getMessage(), e);
        }
    }

    private static int create(Kind kind, Json.Obj body, String said, Arguments arguments, Session session) {
        Json created = session.api().post(kind.path(), body);
        return Waiting.printed(created, kind.target(body.show("name")), said, arguments, session);
    }

    /// First all base images, then all images, as Dispatch's client does.
    private static int createSeeds(Arguments arguments, Session session) {
        List<String> targets = new ArrayList<>();
        for (Seed seed : SEEDS) {
            String name = seed.language() + "-base";
            String reference = "dispatchframework/" + name + ":" + seed.version();
            targets.add(createSeed(BASE_IMAGE, base(reference, seed.language(), name, true), session));
        }
        for (Seed seed : SEEDS) {
            targets.add(createSeed(IMAGE, image(seed), session));
        }
        int worst = 0;
        for (String target : arguments.has("--wait") ? targets : List.<String>of()) {
            worst = Math.max(worst, Waiting.verdict(Waiting.settled(session, target)));
        }
        return worst;
    }

    private static String createSeed(Kind kind, Json.Obj body, Session session) {
        String name = body.show("name");
        Json created = session.api().post(kind.path(), body);
        session.print(created, () -> "Created " + kind.kind() + ": " + name);
        return kind.target(name);
    }

    private static Json.Obj base(String reference, String language, String name, boolean isOfSeveral) {
        Json.Obj body = Json.Obj.empty().with("dockerUrl", reference).with("groups", Json.NULL);
        return (isOfSeveral ? body.with("kind", BASE_IMAGE.kind()) : body)
                .with("language", language)
                .with("name", name)
                .with("reason", Json.NULL)
                .with("tags", Json.NULL);
    }

    private static Json.Obj image(Seed seed) {
        Json.Obj body = Json.Obj.empty()
                .with("baseImageName", seed.language() + "-base")
                .with("groups", Json.NULL)
                .with("kind", IMAGE.kind())
                .with("name", seed.language())
                .with("reason", Json.NULL);
        Optional<Json.Obj> needs = Optional.of(seed.manifest())
                .filter(manifest -> !manifest.isEmpty())
                .map(manifest -> Json.Obj.empty().with("manifest", manifest));
        return needs.map(one -> body.with("runtimeDependencies", one))
                .orElse(body)
                .with("tags", Json.NULL);
    }

    private static int get(Kind kind, Arguments arguments, Session session) {
        Json answer =
                session.api().get(arguments.positional(0).map(kind::target).orElse(kind.path()));
        session.print(answer, () -> table(kind, Rows.of(answer)));
        return 0;
    }

    private static String table(Kind kind, List<Json.Obj> entities) {
        boolean isBase = kind.equals(BASE_IMAGE);
        var table = isBase
                ? new Table("Name", "URL", "Status", "Created Date")
                : new Table("Name", "URL", "BaseImage", "Status", "Created Date");
        for (Json.Obj entity : entities) {
            String name = entity.show("name");
            String url = entity.show("dockerUrl");
            String status = Rows.status(entity);
            String created = Rows.time(entity, "createdTime");
            if (isBase) {
                table.row(name, url, status, created);
            } else {
                table.row(name, url, entity.show("baseImageName"), status, created);
            }
        }
        return table.text();
    }

    private static int delete(Kind kind, Arguments arguments, Session session) {
        String name = arguments.required(0);
        Json answer = session.api().delete(kind.target(name));
        session.print(answer, () -> "Deleted " + kind.said() + ": " + name);
        return 0;
    }
}
