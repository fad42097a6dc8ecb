package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Guests by each driver and in each language: from the order to start to the first answer, beside the bare interpreter
/// and what others' tools take to start it. All take turns.
final class SandboxesBench {
    private static final String NAME = IsolationBench.NAME;
    private static final String BARE = "bare";
    private static final String WAITING = ", started ahead";
    private static final int STARTS = 30;
    private static final int STARTS_QUICK = 3;

    /// Of the median, over the bare interpreter's.
    private static final Map<String, String> AIMS = Map.of(
            "python3 namespaces",
            "ratio <= 0.35, by zygote",
            "nodejs namespaces" + WAITING,
            "ratio <= 0.10",
            "nodejs namespaces",
            "ratio <= 1.25",
            "java namespaces",
            "ratio <= 0.75",
            "python3 oci",
            "ratio <= 2.5, by runc",
            "nodejs oci",
            "ratio <= 2.5, by runc");

    private final Report report;
    private final int rounds;
    private final Path classes;
    private final Starter starter;
    private final Map<String, BareContainers.Tool> tools;
    private final List<OpenedDriver> drivers;

    /// @param classes as [Language#all] has them
    /// @param drivers are measured alike
    SandboxesBench(
            Report report,
            boolean isQuick,
            Path classes,
            Starter starter,
            Map<String, BareContainers.Tool> tools,
            List<OpenedDriver> drivers) {
        this.report = report;
        this.rounds = isQuick ? STARTS_QUICK : STARTS;
        this.classes = classes;
        this.starter = starter;
        this.tools = tools;
        this.drivers = drivers;
    }

    /// A way to have something started until it says something.
    @FunctionalInterface
    private interface Way {
        Starter.Start start() throws IOException, InterruptedException;
    }

    @FunctionalInterface
    private interface Opening {
        LiveGuest open() throws IOException, InterruptedException;
    }

    void run(Language language) throws IOException, InterruptedException {
        var all = new LinkedHashMap<String, List<Starter.Start>>();
        Map<String, Way> ways = ways(language);
        for (Map.Entry<String, Way> way : ways.entrySet()) {
            try {
                way.getValue().start(); // what is made at the first start is there then
                all.put(way.getKey(), new ArrayList<>());
            } catch (IOException cannot) {
                report.note(language.name() + " " + way.getKey() + ": not measured: " + cannot.getMessage());
            }
        }
        for (int i = 0; i < rounds; i++) {
            for (Map.Entry<String, List<Starter.Start>> starts : all.entrySet()) {
                Way way = ways.get(starts.getKey());
                if (way != null) {
                    starts.getValue().add(way.start());
                }
            }
        }
        List<Starter.Start> bare = all.remove(BARE);
        if (bare == null) {
            throw new IOException(language.name() + " does not start at all");
        }
        all.forEach((name, starts) -> report(language.name() + " " + name, starts, bare));
    }

    private Map<String, Way> ways(Language language) {
        var ways = new LinkedHashMap<String, Way>();
        List<String> bare = new ArrayList<>(language.hello());
        bare.replaceAll(word -> word.equals(Language.CLASSES) ? classes.toString() : word);
        ways.put(BARE, () -> starter.run(bare));
        if (language.name().equals("python3")) {
            ways.put("bare fork of a process", starter::fork);
        }
        tools.forEach((name, tool) -> ways.put(name, () -> starter.run(tool.around(language.hello()))));
        ways.put("guest, no sandbox", () -> firstAnswer(() -> LiveGuest.bare(starter, language), language));
        for (OpenedDriver opened : drivers) {
            if (opened.driver().offers(language.name())) {
                Opening opening = () -> LiveGuest.in(opened.driver(), language);
                ways.put(opened.name(), () -> firstAnswer(opening, language));
                ways.put(opened.name() + WAITING, () -> firstAnswerOf(opening, language));
            }
        }
        return ways;
    }

    private static Starter.Start firstAnswer(Opening opening, Language language)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        try (LiveGuest guest = opening.open()) {
            guest.answering(language.function());
            return new Starter.Start(System.nanoTime() - began, guest.cpuMicros());
        }
    }

    /// As [#firstAnswer], of one that waits for a function.
    private static Starter.Start firstAnswerOf(Opening opening, Language language)
            throws IOException, InterruptedException {
        try (LiveGuest guest = opening.open()) {
            long cpu = guest.cpuMicros();
            long began = System.nanoTime();
            guest.answering(language.function());
            return new Starter.Start(System.nanoTime() - began, guest.cpuMicros() - cpu);
        }
    }

    private void report(String what, List<Starter.Start> starts, List<Starter.Start> bare) {
        String aim = AIMS.getOrDefault(what, "");
        report.add(figure(what + ", median", nanos(starts), 0.5, "ms", aim).beside("bare", millis(nanos(bare), 0.5)));
        report.add(figure("  fastest", nanos(starts), 0, "ms", "").beside("bare", millis(nanos(bare), 0)));
        report.add(figure("  p90", nanos(starts), 0.9, "ms", "").beside("bare", millis(nanos(bare), 0.9)));
        if (starts.stream().anyMatch(start -> start.cpuMicros() > 0)) {
            report.add(figure("  processor time, median", cpuNanos(starts), 0.5, "ms", "")
                    .beside("bare", millis(cpuNanos(bare), 0.5)));
        }
    }

    private static Figure figure(String what, long[] nanos, double quantile, String unit, String aim) {
        return Figure.of(NAME, what, millis(nanos, quantile), unit, aim);
    }

    private static double millis(long[] nanos, double quantile) {
        return Samples.of(nanos, 1).micros(quantile) / 1e3;
    }

    private static long[] nanos(List<Starter.Start> starts) {
        return starts.stream().mapToLong(Starter.Start::nanos).toArray();
    }

    private static long[] cpuNanos(List<Starter.Start> starts) {
        return starts.stream().mapToLong(start -> 1_000 * start.cpuMicros()).toArray();
    }
}
