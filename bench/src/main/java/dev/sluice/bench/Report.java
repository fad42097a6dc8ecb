package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;

/// What was measured, as a table for people and as JSON for programs.
final class Report {
    private final List<Figure> figures = new ArrayList<>();

    /// Adds a figure and prints its row at once: a bench takes a while.
    void add(Figure figure) {
        if (figures.isEmpty()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-12s %-44s %14s %-5s %-34s %8s  %s%n",
                    "bench",
                    "figure",
                    "value",
                    "unit",
                    "baseline",
                    "ratio",
                    "aim");
        }
        figures.add(figure);
        String beside =
                figure.baseline().map(b -> b.name() + " " + number(b.value())).orElse("-");
        System.out.printf(
                Locale.ROOT,
                "%-12s %-44s %14s %-5s %-34s %8s  %s%n",
                figure.bench(),
                figure.name(),
                number(figure.value()),
                figure.unit(),
                beside,
                figure.ratio().map(r -> String.format(Locale.ROOT, "%.3f", r)).orElse("-"),
                figure.aim());
    }

    void note(String text) {
        System.out.println("# " + text);
    }

    void writeJson(Path file) throws IOException {
        var mapper = JsonMapper.builder().build();
        Files.write(file, mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
    }

    private static String number(double value) {
        return Math.abs(value) >= 1000
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }
}
