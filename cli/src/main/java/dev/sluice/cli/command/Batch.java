package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.NotYaml;
import dev.sluice.cli.json.YamlText;
import dev.sluice.cli.source.SourceArchive;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// The documents of a YAML file, each of which is one thing to create, update or delete. They are all read before the
/// first request: a file with a mistake in it does nothing.
final class Batch {
    static final int STEPS_MAX = 1_000;

    private static final String FROM_FILE = "@";
    private static final String STANDARD_INPUT = "-";

    private final String file;
    private final Path directory;

    private Batch(String file, Path directory) {
        this.file = file;
        this.directory = directory;
    }

    /// One document.
    ///
    /// @param document as it stands in the file
    record Step(BatchKind kind, String name, Json.Obj document) {
        String said() {
            return kind.word() + " " + name;
        }
    }

    /// @param directory what the file's name, and those in it, are relative to
    /// @throws Failure for anything but documents that say what they are
    static List<Step> read(String file, Path directory, InputStream standardInput) {
        String place =
                file.equals(STANDARD_INPUT) ? file : directory.resolve(file).toString();
        var batch = new Batch(file.equals(STANDARD_INPUT) ? "standard input" : place, directory);
        return batch.steps(new String(Content.ofFile(place, standardInput), StandardCharsets.UTF_8));
    }

    private List<Step> steps(String text) {
        var steps = new ArrayList<Step>();
        try {
            for (Json document : YamlText.parse(text)) {
                List<Json> items = document instanceof Json.Arr(var all) ? all : List.of(document);
                for (Json item : items) {
                    steps.add(step(item, steps.size() + 1));
                }
            }
        } catch (NotYaml bad) {
            throw Failure.usage(file + ", " + bad.getMessage());
        }
        if (steps.isEmpty()) {
            throw Failure.usage("there is nothing in " + file);
        }
        if (steps.size() > STEPS_MAX) {
            throw Failure.usage("there are more than " + STEPS_MAX + " documents in " + file + ": split it");
        }
        return steps;
    }

    private Step step(Json json, int number) {
        if (!(json instanceof Json.Obj document)) {
            throw Failure.usage("document " + number + " of " + file + " is no list of names and values");
        }
        String word = document.show("kind");
        BatchKind kind = BatchKind.of(word)
                .orElseThrow(() -> Failure.usage("document " + number + " of " + file
                        + (word.isEmpty() ? " has no kind" : " is of an unknown kind: " + word) + "\nKinds are "
                        + BatchKind.words()));
        String name = document.show("name");
        if (name.isEmpty()) {
            throw Failure.usage("document " + number + " of " + file + " (" + kind.word() + ") has no name");
        }
        return new Step(kind, name, document);
    }

    /// What is sent for a document: files that it names are in it.
    ///
    /// @param application what to tag it with, if anything
    static Json.Obj body(Step step, Path directory, Optional<String> application) {
        var batch = new Batch("", directory);
        Json.Obj document = step.document().with("kind", step.kind().word());
        Json.Obj whole = switch (step.kind()) {
            case FUNCTION -> batch.withSource(document);
            case IMAGE -> batch.withManifest(document);
            case SECRET -> document.with("secrets", texts(document.objectAt("secrets")));
            case REGISTRY -> batch.withPassword(texts(document));
            case DRIVER, DRIVER_TYPE -> withTexts(document);
            case SERVICE_ACCOUNT -> batch.withKey(document);
            case API, APPLICATION, BASE_IMAGE, HOST, ORGANIZATION, POLICY, SERVICE_INSTANCE, SUBSCRIPTION -> document;
        };
        return step.kind().isTagged()
                ? application.map(tag -> tagged(whole, tag)).orElse(whole)
                : whole;
    }

    private Json.Obj withSource(Json.Obj function) {
        String source = function.show("sourcePath");
        return source.isEmpty()
                ? function
                : function.with(
                        "source", Base64.getEncoder().encodeToString(SourceArchive.of(directory.resolve(source))));
    }

    private Json.Obj withManifest(Json.Obj image) {
        Json.Obj needs = image.objectAt("runtimeDependencies");
        String manifest = needs.show("manifest");
        return manifest.startsWith(FROM_FILE)
                ? image.with(
                        "runtimeDependencies",
                        needs.with("manifest", new String(named(manifest), StandardCharsets.UTF_8)))
                : image;
    }

    private Json.Obj withKey(Json.Obj account) {
        String key = account.show("publicKey");
        return key.startsWith(FROM_FILE)
                ? account.with("publicKey", Base64.getEncoder().encodeToString(named(key)))
                : account;
    }

    /// The password stands in the file that is named, or in the document.
    private Json.Obj withPassword(Json.Obj registry) {
        String file = registry.show("passwordFile");
        return file.isEmpty()
                ? registry
                : registry.without("passwordFile")
                        .with(
                                "password",
                                Passwords.text(
                                        Content.ofFile(directory.resolve(file).toString())));
    }

    private byte[] named(String reference) {
        return Content.ofFile(
                directory.resolve(reference.substring(FROM_FILE.length())).toString());
    }

    /// The values of a driver's settings are texts; YAML takes some of them for numbers.
    private static Json.Obj withTexts(Json.Obj driver) {
        if (!(driver.at("config").orElse(Json.NULL) instanceof Json.Arr config)) {
            return driver;
        }
        List<Json> pairs =
                config.objects().stream().map(pair -> (Json) texts(pair)).toList();
        return driver.with("config", new Json.Arr(pairs));
    }

    private static Json.Obj texts(Json.Obj object) {
        Json.Obj all = object;
        for (String name : object.members().keySet()) {
            boolean isScalar = object.members().get(name) instanceof Json.Num
                    || object.members().get(name) instanceof Json.Bool;
            all = isScalar ? all.with(name, object.show(name)) : all;
        }
        return all;
    }

    private static Json.Obj tagged(Json.Obj document, String application) {
        List<Json> tags = new ArrayList<>();
        if (document.at("tags").orElse(Json.NULL) instanceof Json.Arr(var all)) {
            tags.addAll(all);
        }
        tags.add(Json.Obj.empty().with("key", "Application").with("value", application));
        return document.with("tags", new Json.Arr(tags));
    }
}
