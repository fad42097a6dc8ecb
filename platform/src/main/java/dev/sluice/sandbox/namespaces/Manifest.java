package dev.sluice.sandbox.namespaces;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/// What a [RuntimeRoot] was made of: the interpreter, its folders, and path, size and time of change of every file that
/// went into it or decided what does. As text, one fact a line.
///
/// @param text ends with a newline
record Manifest(String text) {
    private static final String FORM = "form 2";
    private static final String BINARY = "binary ";
    private static final String FOLDER = "folder ";
    private static final String FILE = "file ";

    static Manifest of(Interpreter interpreter, List<Path> libraries) throws IOException {
        var lines = new ArrayList<>(List.of(FORM, BINARY + interpreter.binary()));
        for (Path folder : interpreter.folders()) {
            lines.add(FOLDER + folder);
        }
        var files = new ArrayList<>(interpreter.objects());
        files.addAll(libraries);
        interpreter.objects().forEach(object -> files.add(parent(object)));
        files.addAll(interpreter.files());
        if (Files.isDirectory(Packages.PLACE)) {
            files.add(Packages.PLACE);
        }
        for (Path file : files.stream().distinct().toList()) {
            lines.add(factAbout(file));
        }
        return new Manifest(String.join("\n", lines) + "\n");
    }

    Path binary() {
        return Path.of(rests(BINARY).getFirst());
    }

    List<Path> folders() {
        return rests(FOLDER).stream().map(Path::of).toList();
    }

    /// Whether `program` is still this interpreter and no file has changed since.
    boolean isCurrent(Path program) {
        if (!text.startsWith(FORM + "\n") || rests(BINARY).size() != 1) {
            return false;
        }
        try {
            if (!program.toRealPath().equals(binary())) {
                return false;
            }
            for (String line :
                    text.lines().filter(fact -> fact.startsWith(FILE)).toList()) {
                String[] words = line.split(" ", 4);
                if (words.length != 4 || !line.equals(factAbout(Path.of(words[3])))) {
                    return false;
                }
            }
            return true;
        } catch (IOException missing) {
            return false;
        }
    }

    /// Short, and another for each other text.
    String name() {
        return Digest.of(Bytes.utf8(text)).hex().substring(0, 16);
    }

    private List<String> rests(String beginning) {
        return text.lines()
                .filter(line -> line.startsWith(beginning))
                .map(line -> line.substring(beginning.length()))
                .toList();
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    private static String factAbout(Path file) throws IOException {
        var facts = Files.readAttributes(file, BasicFileAttributes.class);
        return FILE + facts.size() + " " + facts.lastModifiedTime().toMillis() + " " + file;
    }
}
