package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Guests that have answered: what an idle one holds of the machine's memory, and how long the next answer takes,
/// beside
/// the same program without a sandbox.
final class IdleGuestsBench {
    private static final String NAME = IsolationBench.NAME;
    private static final String BESIDE = "no sandbox";

    private final Report report;
    private final boolean isQuick;
    private final Starter starter;

    IdleGuestsBench(Report report, boolean isQuick, Starter starter) {
        this.report = report;
        this.isQuick = isQuick;
        this.starter = starter;
    }

    @FunctionalInterface
    private interface Opening {
        LiveGuest open() throws IOException, InterruptedException;
    }

    void run(Language language, List<OpenedDriver> drivers) throws IOException, InterruptedException {
        ProcessMemory bare = further(() -> LiveGuest.bare(starter, language), language);
        for (OpenedDriver opened : drivers) {
            if (opened.driver().offers(language.name())) {
                memory(opened, language, bare);
                warm(opened, language);
            }
        }
    }

    private void memory(OpenedDriver opened, Language language, ProcessMemory bare)
            throws IOException, InterruptedException {
        ProcessMemory held = further(() -> LiveGuest.in(opened.driver(), language), language);
        String what = language.name() + " " + opened.name() + ", idle guest, ";
        report.add(
                Figure.of(NAME, what + "private", held.privateMib(), "MiB", "").beside(BESIDE, bare.privateMib()));
        report.add(Figure.of(NAME, what + "part of shared", held.sharedMib(), "MiB", "")
                .beside(BESIDE, bare.sharedMib()));
        if (opened.snapshots().isPresent()) {
            report.add(Figure.of(NAME, what + "private", held.privateMib(), "MiB", "ratio <= 0.35")
                    .beside("its template", templateMib(opened.snapshots().get(), language)));
        }
    }

    /// Of each after the first.
    private ProcessMemory further(Opening opening, Language language) throws IOException, InterruptedException {
        int count = isQuick ? 2 : 8;
        var guests = new ArrayList<LiveGuest>();
        try {
            guests.add(opening.open().answering(language.function()));
            Set<Long> before = ProcessMemory.descendants();
            for (int i = 0; i < count; i++) {
                guests.add(opening.open().answering(language.function()));
            }
            return ProcessMemory.since(before).dividedBy(count);
        } finally {
            for (LiveGuest guest : guests) {
                guest.close();
            }
        }
    }

    /// The smallest, which is of the smallest machine.
    private double templateMib(Path snapshots, Language language) throws IOException {
        double least = Double.MAX_VALUE;
        List<Path> files;
        try (Stream<Path> all = Files.list(snapshots)) {
            files = all.filter(file -> file.getFileName().toString().startsWith(language.name() + "-"))
                    .filter(file -> file.toString().endsWith(".memory"))
                    .toList();
        }
        for (Path file : files) {
            least = Math.min(least, starter.storedBytes(file) / 1048576.0);
        }
        return least;
    }

    /// The two take turns.
    private void warm(OpenedDriver opened, Language language) throws IOException, InterruptedException {
        int rounds = isQuick ? 5 : 40;
        int answers = isQuick ? 10 : 50;
        long[] inside = new long[rounds * answers];
        long[] outside = new long[rounds * answers];
        try (LiveGuest sandboxed = LiveGuest.in(opened.driver(), language);
                LiveGuest bare = LiveGuest.bare(starter, language)) {
            sandboxed.answering(language.function());
            bare.answering(language.function());
            answers(sandboxed, inside, 0, answers); // are measured again
            answers(bare, outside, 0, answers);
            for (int i = 0; i < rounds; i++) {
                answers(bare, outside, i * answers, answers);
                answers(sandboxed, inside, i * answers, answers);
            }
        }
        String what = language.name() + " " + opened.name() + ", warm answer, ";
        for (double quantile : List.of(0.5, 0.99)) {
            report.add(Figure.of(
                            NAME,
                            what + (quantile == 0.5 ? "median" : "p99"),
                            Samples.of(inside, 1).micros(quantile),
                            "us",
                            quantile == 0.5 && opened.snapshots().isEmpty() ? "ratio <= 1.10" : "")
                    .beside(BESIDE, Samples.of(outside, 1).micros(quantile)));
        }
    }

    private static void answers(LiveGuest guest, long[] nanos, int from, int count)
            throws IOException, InterruptedException {
        for (int i = from; i < from + count; i++) {
            long began = System.nanoTime();
            guest.answer();
            nanos[i] = System.nanoTime() - began;
        }
    }
}
