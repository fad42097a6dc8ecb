package dev.sluice.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The text that `--help` shows.
public final class Help {
    /// The entries of one section, in two columns.
    private record Entry(String term, String meaning) {}

    private static final int SHORT_CHARS = 11;

    private Help() {}

    /// @param path the words, from the program's name to the one to explain
    public static String of(List<Word> path) {
        Word word = path.getLast();
        boolean atRoot = path.size() == 1;
        var out = new StringBuilder("Usage: ").append(synopsis(path)).append("\n\n");
        out.append(word.summary()).append('\n');
        section(out, "Commands", word.children().stream().map(Help::entry).toList());
        section(
                out,
                "Arguments",
                word.positionals().stream()
                        .map(argument -> new Entry(argument.label(), argument.description()))
                        .toList());
        section(out, "Flags", word.flags().stream().map(Help::entry).toList());
        if (atRoot) {
            section(
                    out,
                    "Global flags",
                    GlobalFlags.ALL.stream().map(Help::entry).toList());
        }
        out.append(word.examples().size() == 1 ? "\nExample:\n" : "\nExamples:\n");
        word.examples().forEach(example -> out.append("  ").append(example).append('\n'));
        if (!atRoot) {
            out.append("\nGlobal flags such as --config, --organization and -o: see `sluice --help`.\n");
        }
        return out.toString();
    }

    static String synopsis(List<Word> path) {
        Word word = path.getLast();
        var parts = new ArrayList<>(path.stream().map(Word::name).toList());
        if (!word.children().isEmpty()) {
            parts.add("COMMAND");
        }
        word.positionals()
                .forEach(
                        argument -> parts.add(argument.isRequired() ? argument.label() : "[" + argument.label() + "]"));
        word.flags().stream()
                .filter(flag -> flag.use() == Flag.Use.REQUIRED)
                .forEach(flag -> parts.add(flag.name() + " " + flag.label()));
        parts.add("[FLAGS]");
        return String.join(" ", parts);
    }

    /// What else a long word goes by is not shown: the column would be too wide.
    private static Entry entry(Word word) {
        var names = new ArrayList<>(List.of(word.name()));
        if (word.name().length() <= SHORT_CHARS) {
            names.addAll(word.aliases().stream().limit(1).toList());
        }
        return new Entry(String.join(", ", names), word.summary());
    }

    private static Entry entry(Flag flag) {
        String names = flag.names().stream().collect(Collectors.joining(", "));
        String indent = flag.names().size() == 1 ? "    " : "";
        return new Entry(indent + names + (flag.hasValue() ? " " + flag.label() : ""), flag.description());
    }

    private static void section(StringBuilder out, String heading, List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        int width =
                entries.stream().mapToInt(entry -> entry.term().length()).max().orElse(0);
        out.append('\n').append(heading).append(":\n");
        for (Entry entry : entries) {
            out.append("  ")
                    .append(entry.term())
                    .repeat(' ', width - entry.term().length() + 2);
            out.append(entry.meaning()).append('\n');
        }
    }
}
