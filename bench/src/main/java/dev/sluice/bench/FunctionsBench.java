package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `functions`: how soon one is READY, what calls cost in each language, what it costs to accept runs, what it gives to
/// share instances, what it costs to list many runs and to have many functions.
final class FunctionsBench {
    static final String NAME = "functions";

    private static final int BUILDS = 7;
    private static final int BUILDS_QUICK = 2;
    private static final int MANY = 1_000_000;
    private static final List<Integer> CALLERS = List.of(1, 16, 64);
    private static final List<Integer> CALLERS_QUICK = List.of(1, 4);
    private static final List<Language> LANGUAGES = List.of(
            new Language(
                    "python3",
                    "hello.py",
                    "def handle(context, payload):\n    return {'hello': 'world'}\n",
                    List.of("/usr/bin/python3", "-I", "-c", "pass")),
            new Language(
                    "nodejs",
                    "hello.js",
                    "module.exports = function (context, payload) { return { hello: 'world' } }\n",
                    List.of("/usr/bin/node", "-e", "0")),
            new Language(
                    "java",
                    "Hello.java",
                    """
                    public class Hello implements java.util.function.BiFunction<Object, Object, String> {
                        public String apply(Object context, Object payload) { return "world"; }
                    }
                    """,
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-version")),
            new Language(
                    "powershell",
                    "hello.ps1",
                    "function handle($context, $payload) { return @{ hello = 'world' } }\n",
                    List.of("/usr/bin/pwsh", "-NoProfile", "-Command", "exit")));

    private final Report report;
    private final boolean isQuick;

    private FunctionsBench(Report report, int objects) {
        this.report = report;
        this.isQuick = objects < MANY;
    }

    /// @param bare starts what runs it, and nothing more
    private record Language(String name, String file, String source, List<String> bare) {
        boolean isHere() {
            return Files.isExecutable(Path.of(bare.getFirst()));
        }
    }

    /// Its parts, each of which can be measured alone, with all of a bench's options.
    ///
    /// @return by name, in the order in which [#run] measures them
    static Map<String, Part> parts() {
        var parts = new LinkedHashMap<String, Part>();
        parts.put(NAME + "-languages", FunctionsBench::languages);
        parts.put(
                NAME + "-enqueue",
                (report, data, objects) ->
                        EnqueueBench.run(report, data, new FunctionsBench(report, objects).length()));
        parts.put(NAME + "-shared", (report, data, objects) -> new FunctionsBench(report, objects).shared(data));
        parts.put(NAME + "-runs", RunsBench::run);
        parts.put(NAME + "-registry", (report, data, objects) -> RegistryBench.run(report, data, functions(objects)));
        return parts;
    }

    /// Some of a bench.
    @FunctionalInterface
    interface Part {
        /// @param data    a directory that is not there yet
        /// @param objects how many runs are many; a hundredth of it are many functions
        void run(Report report, Path data, int objects) throws IOException, InterruptedException;
    }

    static void run(Report report, int objects) throws IOException, InterruptedException {
        noteWhatIsNot(report, objects);
        for (Part part : parts().values()) {
            measure(part, report, objects);
        }
    }

    static void run(Part part, Report report, int objects) throws IOException, InterruptedException {
        noteWhatIsNot(report, objects);
        measure(part, report, objects);
    }

    private static void noteWhatIsNot(Report report, int objects) {
        if (objects < MANY) {
            report.note("not measured with so few objects: 16 and 64 callers, a million runs, ten thousand functions");
            report.note("what is measured is so by few samples");
        }
    }

    /// On an empty directory that is gone afterwards.
    static void measure(Part part, Report report, int objects) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.create()) {
            part.run(report, scratch.path().resolve("data"), objects);
        }
    }

    private static int functions(int objects) {
        return Math.max(BUILDS, objects / 100);
    }

    private static void languages(Report report, Path data, int objects) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            new FunctionsBench(report, objects).languages(server, data.resolve("bare"));
        }
    }

    private void shared(Path data) throws IOException, InterruptedException {
        SharedBench.run(report, data, isQuick ? CALLERS_QUICK : CALLERS, length());
    }

    private Duration length() {
        return isQuick ? Duration.ofMillis(300) : Duration.ofSeconds(3);
    }

    private void languages(SluiceServer server, Path directory) throws IOException, InterruptedException {
        for (Language language : LANGUAGES) {
            if (language.isHere()) {
                ready(server, language);
            } else {
                report.note(language.name() + " is not installed here: no figures of it");
            }
        }
        try (BareHello bare = BareHello.start(directory)) {
            for (int callers : isQuick ? CALLERS_QUICK : CALLERS) {
                Samples beside = bare.load().run(callers, length());
                for (Language language :
                        LANGUAGES.stream().filter(Language::isHere).toList()) {
                    exec(server, language, callers, beside);
                }
            }
        }
    }

    private void ready(SluiceServer server, Language language) throws IOException, InterruptedException {
        int builds = isQuick ? BUILDS_QUICK : BUILDS;
        long[] nanos = new long[builds];
        for (int i = 0; i < builds; i++) {
            long start = System.nanoTime();
            server.create(
                    hello(language) + (i == 0 ? "" : "-" + i), language.name(), language.file(), language.source());
            nanos[i] = System.nanoTime() - start;
        }
        double bare = ColdBench.bareStart(language.bare(), builds);
        report.add(Figure.of(
                        NAME,
                        "source to READY, " + language.name() + ", median",
                        Samples.of(nanos, 1).micros(0.5) / 1e3,
                        "ms",
                        "<= 300 ms")
                .beside("bare " + language.name() + " start", bare / 1e3));
    }

    private void exec(SluiceServer server, Language language, int callers, Samples bare)
            throws IOException, InterruptedException {
        HttpLoad load = server.exec(hello(language));
        load.run(callers, length().dividedBy(2));
        Samples samples = load.run(callers, length());
        String who = language.name() + ", " + callers + (callers == 1 ? " caller" : " callers");
        report.add(
                Figure.of(NAME, "exec " + who, samples.perSecond(), "1/s", "").beside("bare hello", bare.perSecond()));
        report.add(Figure.of(NAME, "  median", samples.micros(0.5) / 1e3, "ms", "")
                .beside("bare hello", bare.micros(0.5) / 1e3));
        report.add(Figure.of(NAME, "  p99", samples.micros(0.99) / 1e3, "ms", "")
                .beside("bare hello", bare.micros(0.99) / 1e3));
    }

    private static String hello(Language language) {
        return "hello-" + language.name();
    }
}
