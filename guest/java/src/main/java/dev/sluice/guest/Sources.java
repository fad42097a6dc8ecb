package dev.sluice.guest;

import dev.sluice.guest.Failure.Refused;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// Compiles a function's own sources, inside its own sandbox: a compiler reads what strangers wrote, too.
final class Sources {
    private static final int FAULTS_SHOWN_MAX = 20;

    private Sources() {}

    /// @throws Refused with the first fault for a reason, and the others behind it
    static void compile(List<Path> sources, List<Path> classPath, Path classes) throws Refused, IOException {
        @Nullable JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new Refused("this server's Java has no compiler: bring classes or a jar");
        }
        Files.createDirectories(classes);
        String path = classPath.stream().map(Path::toString).collect(Collectors.joining(":"));
        var options = List.of(
                "-d",
                classes.toString(),
                "-classpath",
                path,
                "-proc:none",
                "-nowarn",
                "-encoding",
                "UTF-8",
                "-g",
                "-parameters");
        var faults = new DiagnosticCollector<JavaFileObject>();
        var other = new StringWriter();
        try (var files = compiler.getStandardFileManager(faults, Locale.ROOT, StandardCharsets.UTF_8)) {
            boolean isDone = compiler.getTask(
                            other, files, faults, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            if (!isDone) {
                throw refusal(faults.getDiagnostics(), other.toString());
            }
        }
    }

    private static Refused refusal(List<Diagnostic<? extends JavaFileObject>> faults, String other) {
        List<String> lines = new ArrayList<>();
        faults.stream()
                .filter(fault -> fault.getKind() == Diagnostic.Kind.ERROR)
                .sorted(Comparator.comparing(Sources::where))
                .limit(FAULTS_SHOWN_MAX)
                .forEach(fault -> lines.add(where(fault) + fault.getMessage(Locale.ROOT)));
        if (lines.isEmpty()) {
            lines.add(other.isBlank() ? "no reason given" : other.strip());
        }
        return new Refused("the source does not compile: " + lines.get(0), lines);
    }

    private static String where(Diagnostic<? extends JavaFileObject> fault) {
        JavaFileObject source = fault.getSource();
        return source == null ? "" : Path.of(source.getName()).getFileName() + ":" + fault.getLineNumber() + ": ";
    }
}
