package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `init`: a directory with a function that works at once. Never over a file that is there.
final class InitWords {
    private static final String TEMPLATES = "/dev/sluice/cli/templates/";
    private static final int NAME_CHARS_MAX = 64;

    private InitWords() {}

    /// What a language's function begins with.
    private record Template(String language, String source, String handler) {}

    private static final List<Template> ALL = List.of(
            new Template("python3", "hello.py", "hello.handle"),
            new Template("nodejs", "hello.js", "./hello.js"),
            new Template("java", "Hello.java", "Hello"),
            new Template("powershell", "hello.ps1", "hello.ps1::handle"));

    static Word init() {
        return new Word("init", "Make a directory with a function that works at once.", InitWords::init)
                .optional("DIR", "where; it is made if it is not there (.)")
                .flag(new Flag(List.of("--lang"), "LANGUAGE", Flag.Use.REQUIRED, languages()))
                .option("--name", "NAME", "the function's name (that of the directory)")
                .example("sluice init --lang python3 ./greeter")
                .example("sluice init --lang nodejs ./web --name web-hello");
    }

    private static String languages() {
        return ALL.stream().map(Template::language).collect(Collectors.joining(", "));
    }

    private static int init(Arguments arguments, Session session) {
        String language = arguments.option("--lang").orElse("");
        Template template = ALL.stream()
                .filter(one -> one.language().equals(language))
                .findFirst()
                .orElseThrow(() -> Failure.usage("the language is one of " + languages() + ", not " + language));
        Path directory = Path.of(arguments.positional(0).orElse("."));
        String name = arguments
                .option("--name")
                .orElseGet(() -> name(directory.toAbsolutePath().normalize().getFileName()));
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0," + (NAME_CHARS_MAX - 1) + "}")) {
            throw Failure.usage("a function's name is letters, digits, dashes and underscores: say --name NAME");
        }
        write(directory, files(template, name));
        String inside = directory.normalize().toString();
        session.say("Created " + template.source() + ", sluice.yaml and README.md in "
                + (inside.isEmpty() ? "." : inside) + "\nNext: " + (inside.isEmpty() ? "" : "cd " + inside + " && ")
                + "sluice create -f sluice.yaml --wait");
        return 0;
    }

    /// What a function may be called like a directory; empty where nothing of that is left.
    private static String name(@Nullable Path directory) {
        String name = directory == null ? "" : directory.toString();
        String fit = name.replaceAll("[^A-Za-z0-9_-]+", "-").replaceAll("^[-_]+|-+$", "");
        return fit.substring(0, Math.min(fit.length(), NAME_CHARS_MAX));
    }

    private static Map<String, String> files(Template template, String name) {
        var files = new LinkedHashMap<String, String>();
        files.put(template.source(), text(template.language() + "/" + template.source()));
        for (String common : List.of("sluice.yaml", "README.md")) {
            files.put(
                    common,
                    text(common)
                            .replace("NAME", name)
                            .replace("LANGUAGE", template.language())
                            .replace("HANDLER", template.handler())
                            .replace("SOURCE", template.source()));
        }
        return files;
    }

    private static String text(String template) {
        try (InputStream in = InitWords.class.getResourceAsStream(TEMPLATES + template)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its template " + template);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Failure("cannot read the template " + template + ": " + Failure.reason(e), e);
        }
    }

    private static void write(Path directory, Map<String, String> files) {
        for (String file : files.keySet()) {
            if (Files.exists(directory.resolve(file))) {
                throw new Failure(directory.resolve(file) + " is there already: nothing was written");
            }
        }
        try {
            Files.createDirectories(directory);
            for (var file : files.entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue(), StandardOpenOption.CREATE_NEW);
            }
        } catch (IOException e) {
            throw new Failure("cannot write into " + directory + ": " + Failure.reason(e), e);
        }
    }
}
