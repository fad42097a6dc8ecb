package dev.sluice.cli.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Rows under a heading, columns aligned, for people. Control characters become `?`: what a server sends must not
/// steer the terminal.
public final class Table {
    private final List<String> heading;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... heading) {
        this.heading = List.of(heading);
    }

    /// @param cells as many as the heading has
    public Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /// The lines, without a line end after the last one.
    public String text() {
        var printed = new ArrayList<List<String>>();
        printed.add(heading.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
        rows.forEach(row -> printed.add(row.stream().map(Table::harmless).toList()));

        var widths = new int[heading.size()];
        for (var row : printed) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        var lines = new ArrayList<String>();
        printed.forEach(row -> lines.add(line(row, widths)));
        lines.add(1, rule(widths));
        return String.join("\n", lines);
    }

    private static String line(List<String> row, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? "" : " | ").append(row.get(i)).repeat(' ', widths[i] - width(row.get(i)));
        }
        return line.toString().stripTrailing();
    }

    private static String rule(int[] widths) {
        int total = 3 * (widths.length - 1);
        for (int width : widths) {
            total += width;
        }
        return "-".repeat(total);
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    /// The text without what steers a terminal.
    public static String harmless(String cell) {
        var out = new StringBuilder(cell.length());
        cell.codePoints().forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return out.toString();
    }
}
