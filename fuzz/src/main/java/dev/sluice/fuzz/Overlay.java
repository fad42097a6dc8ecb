package dev.sluice.fuzz;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The classes of a build that lacks some guards, in a directory of its own. Only the changed files are compiled; they
/// come first in the class path of another JVM.
final class Overlay implements AutoCloseable {
    static final Path SOURCES = Path.of("platform", "src", "main", "java", "dev", "sluice");

    private final Path directory;

    /// @param root of the repository
    /// @throws IllegalArgumentException if the changed files do not compile
    Overlay(Path root, List<Mutant> together) throws IOException {
        directory = Files.createTempDirectory("sluice-mutant");
        try {
            var changed = new LinkedHashMap<Path, String>();
            for (Mutant mutant : together) {
                Path file = SOURCES.resolve(mutant.file());
                String before = changed.containsKey(file) ? changed.get(file) : Files.readString(root.resolve(file));
                changed.put(file, mutant.without(before));
            }
            for (Path file : changed.keySet()) {
                Path target = directory.resolve("source").resolve(file);
                Files.createDirectories(target.getParent());
                Files.writeString(target, changed.get(file));
            }
            compile(
                    changed.keySet().stream()
                            .map(directory.resolve("source")::resolve)
                            .toList(),
                    directory,
                    List.of());
        } catch (IOException | IllegalArgumentException broken) {
            close();
            throw broken;
        }
    }

    /// What a JVM takes for its class path to run this build, with whatever else this one has.
    String classPath() {
        return directory + ":" + System.getProperty("java.class.path");
    }

    /// Compiles against what this JVM has.
    ///
    /// @throws IllegalArgumentException with what the compiler says, if it does not compile
    static void compile(Collection<Path> sources, Path into, List<String> more) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var options = new ArrayList<String>(List.of("-d", into.toString(), "-proc:none", "-nowarn"));
        options.addAll(List.of("-cp", System.getProperty("java.class.path")));
        options.addAll(more);
        var said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            var units = files.getJavaFileObjectsFromPaths(sources);
            if (!compiler.getTask(said, files, null, options, null, units).call()) {
                throw new IllegalArgumentException("it does not compile: " + said);
            }
        }
    }

    @Override
    public void close() throws IOException {
        remove(directory);
    }

    static void remove(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
