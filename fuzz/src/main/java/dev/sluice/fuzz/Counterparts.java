package dev.sluice.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Runs the security scenarios' tests, each in a build without the guard that it rests on: it must fail there. The
/// table in SPECIFICATION.md says which guard that is ([Row]).
///
/// A test that fails with its guard proves nothing, so each is run with it first. Neither does one that cannot start
/// without the guard, or ends by anything but an assertion or its time.
final class Counterparts implements AutoCloseable {
    private static final Path TESTS = Path.of("platform", "src", "test", "java");
    private static final Path RESOURCES = Path.of("platform", "src", "test", "resources");
    private static final int REASON_CHARS_MAX = 200;
    private static final String NO_ANSWER = ScenarioRun.End.BROKEN + " its process said nothing of it";

    private final Path root;
    private final Path classes;
    private final Map<String, Mutant> mutants =
            Mutant.all().stream().collect(Collectors.toMap(Mutant::id, Function.identity()));

    /// Compiles the tests.
    ///
    /// @param root of the repository
    Counterparts(Path root, List<Row> rows) throws IOException {
        this.root = root.toAbsolutePath();
        this.classes = Files.createTempDirectory("sluice-scenarios");
        var sources = new ArrayList<Path>();
        for (String type : rows.stream().map(Counterparts::typeOf).distinct().toList()) {
            sources.add(source(type));
        }
        Overlay.compile(
                sources,
                classes,
                List.of("-sourcepath", this.root.resolve(TESTS).toString()));
    }

    enum Verdict {
        CAUGHT,
        MISSED,
        /// The test fails with its guard too, or cannot tell.
        BROKEN
    }

    /// @param guards that were missing; none where the test failed with all of them
    record Result(Row row, List<String> guards, Verdict verdict, String said) {
        @Override
        public String toString() {
            String word = verdict.name().toLowerCase(Locale.ROOT);
            return "%-8s %s %-60s %s".formatted(word, row.scenario(), String.join(" + ", guards), said);
        }
    }

    /// Tries all, `atOnce` at a time, and tells of each as it ends.
    List<Result> tryAll(List<Row> rows, int atOnce) throws InterruptedException {
        var waiting = new ConcurrentLinkedQueue<Callable<List<Result>>>();
        Map<String, List<Row>> byType = rows.stream()
                .collect(Collectors.groupingBy(Counterparts::typeOf, LinkedHashMap::new, Collectors.toList()));
        byType.values().forEach(some -> waiting.add(() -> withAll(some, waiting)));
        var results = new ConcurrentLinkedQueue<Result>();
        try (var workers = Executors.newFixedThreadPool(atOnce)) {
            var ends = new ArrayList<Future<?>>();
            for (int i = 0; i < atOnce; i++) {
                ends.add(workers.submit(() -> {
                    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
                        for (Result result : next.call()) {
                            System.out.println(result);
                            results.add(result);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        }
        return List.copyOf(results);
    }

    /// Runs the tests of one class with all guards; those that hold are to be run without.
    ///
    /// @return those that do not
    private List<Result> withAll(List<Row> rows, Queue<Callable<List<Result>>> next)
            throws IOException, InterruptedException {
        Map<String, String> ends = run(rows, System.getProperty("java.class.path"));
        var broken = new ArrayList<Result>();
        for (Row row : rows) {
            String end = ends.getOrDefault(methodOf(row), NO_ANSWER);
            if (end.startsWith(ScenarioRun.End.HELD.name())) {
                row.guards().forEach(guards -> next.add(() -> List.of(without(row, guards))));
            } else {
                broken.add(new Result(row, List.of(), Verdict.BROKEN, "with its guards: " + end));
            }
        }
        return broken;
    }

    private Result without(Row row, List<String> guards) throws IOException, InterruptedException {
        try (var overlay = new Overlay(root, guards.stream().map(this::mutant).toList())) {
            String said = run(List.of(row), overlay.classPath()).getOrDefault(methodOf(row), NO_ANSWER);
            Verdict verdict = Verdict.BROKEN;
            if (said.startsWith(ScenarioRun.End.FAILED.name())) {
                verdict = Verdict.CAUGHT;
            } else if (said.startsWith(ScenarioRun.End.HELD.name())) {
                verdict = Verdict.MISSED;
            }
            return new Result(row, guards, verdict, said);
        } catch (IllegalArgumentException broken) {
            return new Result(row, guards, Verdict.BROKEN, String.valueOf(broken.getMessage()));
        }
    }

    private Mutant mutant(String id) {
        Mutant mutant = mutants.get(id);
        if (mutant == null) {
            throw new IllegalArgumentException("there is no guard " + id);
        }
        return mutant;
    }

    /// How tests of one class ended, and why, by their names.
    private Map<String, String> run(List<Row> rows, String classPath) throws IOException, InterruptedException {
        Path source = source(typeOf(rows.getFirst()));
        String type = root.resolve(TESTS)
                .relativize(source)
                .toString()
                .replace(".java", "")
                .replace('/', '.');
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(
                        File.pathSeparator,
                        classPath,
                        classes.toString(),
                        root.resolve(RESOURCES).toString()),
                ScenarioRun.class.getName(),
                type));
        rows.forEach(row -> command.add(methodOf(row)));
        Process child = new ProcessBuilder(command)
                .directory(root.resolve("platform").toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();
        var ends = new HashMap<String, String>();
        said.lines().filter(line -> line.startsWith(ScenarioRun.ANSWER)).forEach(line -> {
            String[] words = line.substring(ScenarioRun.ANSWER.length()).split(" ", 3);
            String end = words[0] + " " + words[2];
            ends.put(words[1], end.substring(0, Math.min(end.length(), REASON_CHARS_MAX)));
        });
        return ends;
    }

    private static String methodOf(Row row) {
        return row.test().substring(row.test().indexOf('.') + 1);
    }

    private static String typeOf(Row row) {
        return row.test().substring(0, row.test().indexOf('.'));
    }

    private Path source(String type) throws IOException {
        try (Stream<Path> all = Files.walk(root.resolve(TESTS))) {
            return all.filter(path -> path.endsWith(type + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no test class " + type));
        }
    }

    @Override
    public void close() throws IOException {
        Overlay.remove(classes);
    }
}
