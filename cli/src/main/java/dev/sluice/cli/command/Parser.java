package dev.sluice.cli.command;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads a command line: words first, then arguments, flags anywhere behind the word that they belong to. `--`
/// ends the flags, `-` and negative numbers are arguments. A flag given twice has its last value, unless it is
/// repeatable. `help` in front of the words is the same as `--help` behind them.
///
/// picocli did this at first. Its classes have the format of Java 5, which the JDK's AOT cache cannot hold, and that
/// made two thirds of the start-up time.
public final class Parser {
    private final Deque<String> left;
    private final List<Word> path = new ArrayList<>();
    private final List<String> positionals = new ArrayList<>();
    private final Map<String, List<String>> values = new HashMap<>();
    private boolean flagsEnded;

    private Parser(List<String> args, Word root) {
        this.left = new ArrayDeque<>(args);
        this.path.add(root);
    }

    /// @throws BadUsage when the line makes no sense
    public static Arguments parse(List<String> args, Word root) {
        var parser = new Parser(args, root);
        if (!args.isEmpty() && args.getFirst().equals("help")) {
            parser.left.removeFirst();
            parser.left.addLast("--help");
        }
        while (!parser.left.isEmpty()) {
            parser.take(parser.left.removeFirst());
        }
        var arguments = new Arguments(parser.path, parser.positionals, parser.values);
        if (!arguments.has("--help")) {
            parser.requireWhole();
        }
        return arguments;
    }

    private Word word() {
        return path.getLast();
    }

    private void take(String text) {
        if (flagsEnded || !isFlag(text)) {
            takePlain(text);
        } else if (text.equals("--")) {
            flagsEnded = true;
        } else if (text.startsWith("--")) {
            int equals = text.indexOf('=');
            takeFlag(equals < 0 ? text : text.substring(0, equals), equals < 0 ? "" : text.substring(equals));
        } else {
            String value = text.substring(2);
            takeFlag(text.substring(0, 2), value.isEmpty() || value.startsWith("=") ? value : "=" + value);
        }
    }

    private static boolean isFlag(String text) {
        return text.startsWith("-") && text.length() > 1 && !Character.isDigit(text.charAt(1));
    }

    private void takePlain(String text) {
        Word word = word();
        boolean isNoWord = !positionals.isEmpty() || word.child(text).isEmpty();
        if (word.children().isEmpty() || (isNoWord && !word.positionals().isEmpty())) {
            if (positionals.size() == word.positionals().size()) {
                throw new BadUsage("unexpected argument: " + text, path);
            }
            positionals.add(text);
            return;
        }
        Word child = word.child(text).orElseThrow(() -> new BadUsage("unknown command: " + text + hint(text), path));
        for (Flag flag : word.flags()) {
            if (values.containsKey(flag.name()) && !child.takes(flag)) {
                throw new BadUsage("the flag " + flag.name() + " goes without a further word: " + text, path);
            }
        }
        path.add(child);
    }

    /// Where the word that was typed stands, if not here; else what it may have been.
    private String hint(String text) {
        String deed = path.size() == 1 ? "get" : word().name();
        return below(List.of(path.getFirst()))
                .filter(words -> words.stream().anyMatch(one -> isNamed(one, text)))
                .filter(words -> words.stream().anyMatch(one -> isNamed(one, deed)))
                .min(Comparator.comparingInt(List::size))
                .map(words -> "; did you mean " + words.stream().map(Word::name).collect(Collectors.joining(" ")) + "?")
                .orElseGet(() -> Spelling.hint(text, names(word())));
    }

    private static boolean isNamed(Word word, String text) {
        return word.name().equals(text) || word.aliases().contains(text);
    }

    private static Stream<List<Word>> below(List<Word> path) {
        return path.getLast().children().stream()
                .map(child -> Stream.concat(path.stream(), Stream.of(child)).toList())
                .flatMap(longer -> Stream.concat(Stream.of(longer), below(longer)));
    }

    private static List<String> names(Word word) {
        return word.children().stream()
                .flatMap(child -> Stream.concat(Stream.of(child.name()), child.aliases().stream()))
                .toList();
    }

    /// @param attached `=VALUE` when the value came with the name, else empty
    private void takeFlag(String name, String attached) {
        Flag flag = find(name).orElseThrow(() -> unknown(name));
        String value;
        if (flag.hasValue()) {
            value = attached.isEmpty() ? nextFor(flag) : attached.substring(1);
            requireSaid(flag, value);
        } else {
            value = attached.isEmpty() ? "true" : attached.substring(1);
            if (!value.equals("true") && !value.equals("false")) {
                throw new BadUsage("the flag " + name + " is true or false", path);
            }
        }
        values.computeIfAbsent(flag.name(), _ -> new ArrayList<>()).add(value);
    }

    /// A script whose variable is not set must not act as somebody else, or somewhere else, than it means to.
    private void requireSaid(Flag flag, String value) {
        if (value.isEmpty() && GlobalFlags.ALL.contains(flag)) {
            throw new BadUsage(
                    "the flag " + flag.name() + " has an empty value: say " + flag.label() + ", or leave it out", path);
        }
    }

    private Optional<Flag> find(String name) {
        return allFlags().stream().filter(flag -> flag.names().contains(name)).findFirst();
    }

    private List<Flag> allFlags() {
        var all = new ArrayList<>(word().flags());
        all.addAll(GlobalFlags.ALL);
        return all;
    }

    private BadUsage unknown(String name) {
        List<String> known = allFlags().stream().map(Flag::name).toList();
        return new BadUsage("unknown flag: " + name + Spelling.hint(name, known), path);
    }

    private String nextFor(Flag flag) {
        if (left.isEmpty()) {
            throw new BadUsage("the flag " + flag.name() + " needs a value: " + flag.label(), path);
        }
        return left.removeFirst();
    }

    private void requireWhole() {
        for (String flag : List.of(GlobalFlags.AS_ORGANIZATION, GlobalFlags.ORGANIZATION)) {
            if (values.containsKey(flag) && word().isDeafTo(flag)) {
                throw new BadUsage("the flag " + flag + " says nothing to this command", path);
            }
        }
        List<Word.Positional> expected = word().positionals();
        if (positionals.size() < expected.size()
                && expected.get(positionals.size()).isRequired()) {
            throw new BadUsage(
                    "missing argument: " + expected.get(positionals.size()).label(), path);
        }
        for (Flag flag : word().flags()) {
            if (flag.use() == Flag.Use.REQUIRED && !values.containsKey(flag.name())) {
                throw new BadUsage("missing flag: " + flag.name() + " " + flag.label(), path);
            }
        }
    }
}
