package dev.sluice.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// `./sluice fuzz WORD [OPTION...]`. Exit codes: 0 nothing found, 1 something found, 2 wrong words.
public final class Fuzz {
    private static final long PAIRS_DEFAULT = 10_000;
    private static final long PROGRAMS_DEFAULT = 100;
    private static final long PARSER_MINUTES_DEFAULT = 8;
    private static final long MUTANT_PAIRS_DEFAULT = 2_000;

    private Fuzz() {}

    public static void main(String[] args) throws InterruptedException, GeneralSecurityException {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) throws InterruptedException, GeneralSecurityException {
        String word = args.isEmpty() ? "" : args.getFirst();
        try {
            return switch (word) {
                case "noninterference" ->
                    noninterference(options(args, Set.of("--pairs", "--seed", "--threads", "--shrink")));
                case "mutants" -> args.contains("--scenarios") ? scenarios(args) : mutants(args);
                case "faults" -> faults(options(args, Set.of("--programs", "--seed", "--calls")));
                case "parsers" -> parsers(args);
                default -> usage();
            };
        } catch (IllegalArgumentException wrong) {
            System.err.println("fuzz: " + wrong.getMessage());
            return usage();
        }
    }

    private static int usage() {
        System.err.println("usage: sluice fuzz noninterference [--pairs N] [--seed S]");
        System.err.println("       sluice fuzz mutants [ID...] [--pairs N] [--seed S]");
        System.err.println("       sluice fuzz mutants --scenarios [S01...]");
        System.err.println("       sluice fuzz faults [--programs N] [--seed S] [--calls N]");
        System.err.println("       sluice fuzz parsers [NAME...] [--minutes N]");
        return 2;
    }

    private static int noninterference(Map<String, Long> options)
            throws InterruptedException, GeneralSecurityException {
        long seed = options.getOrDefault("--seed", 1L);
        long pairs = options.getOrDefault("--pairs", PAIRS_DEFAULT);
        int threads = Math.toIntExact(
                options.getOrDefault("--threads", (long) Runtime.getRuntime().availableProcessors()));
        var tester = new Noninterference(ScriptedDriver::new, threads);
        long start = System.nanoTime();
        Noninterference.Outcome outcome = tester.search(seed, pairs, options.getOrDefault("--shrink", 1L) != 0);
        double seconds = (System.nanoTime() - start) / 1e9;
        Noninterference.report(outcome).forEach(System.out::println);
        System.out.printf(
                "%d pairs in %.1f s (%.0f a second): %s%n",
                outcome.pairs(),
                seconds,
                outcome.pairs() / seconds,
                outcome.leak().isPresent() ? "a leak" : "no difference");
        return outcome.leak().isPresent() ? 1 : 0;
    }

    private static int faults(Map<String, Long> options) throws GeneralSecurityException {
        Faults.Outcome outcome = new Faults()
                .search(
                        options.getOrDefault("--seed", 1L),
                        options.getOrDefault("--programs", PROGRAMS_DEFAULT),
                        options.getOrDefault("--calls", Long.MAX_VALUE / 2));
        outcome.report().forEach(System.out::println);
        System.out.printf(
                "%d programs, %d faults: %s%n",
                outcome.programs(), outcome.faults(), outcome.loss().isPresent() ? "a loss" : "nothing lost");
        return outcome.loss().isPresent() ? 1 : 0;
    }

    /// Words before the options choose mutants whose ids begin with one of them.
    private static int mutants(List<String> args) throws InterruptedException {
        List<String> chosen = words(args);
        Map<String, Long> options = options(args.subList(chosen.size(), args.size()), Set.of("--pairs", "--seed"));
        List<Mutant> some = Mutant.sought().stream()
                .filter(mutant -> chosen.isEmpty() || chosen.stream().anyMatch(mutant.id()::startsWith))
                .toList();
        var mutants = new Mutants(
                Path.of(System.getProperty("sluice.root", "")),
                options.getOrDefault("--seed", 1L),
                options.getOrDefault("--pairs", MUTANT_PAIRS_DEFAULT));
        List<Mutants.Result> results = mutants.tryAll(some, Runtime.getRuntime().availableProcessors());
        long caught = results.stream()
                .filter(result -> result.verdict() == Mutants.Verdict.CAUGHT)
                .count();
        System.out.printf("%d caught, %d missed or broken%n", caught, results.size() - caught);
        return caught == results.size() ? 0 : 1;
    }

    /// Words after the option choose scenarios.
    private static int scenarios(List<String> args) throws InterruptedException {
        List<String> chosen = args.subList(args.indexOf("--scenarios") + 1, args.size());
        Path root = Path.of(System.getProperty("sluice.root", ""));
        try {
            List<Row> rows = Row.all(root).stream()
                    .filter(row -> chosen.isEmpty() || chosen.contains(row.scenario()))
                    .toList();
            try (var counterparts = new Counterparts(root, rows)) {
                List<Counterparts.Result> results =
                        counterparts.tryAll(rows, Runtime.getRuntime().availableProcessors());
                long caught = results.stream()
                        .filter(result -> result.verdict() == Counterparts.Verdict.CAUGHT)
                        .count();
                System.out.printf("%d caught, %d missed or broken%n", caught, results.size() - caught);
                return caught == results.size() ? 0 : 1;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Words before the options choose parsers. The time is shared out among them.
    private static int parsers(List<String> args) throws InterruptedException {
        List<String> words = words(args);
        Map<String, Long> options = options(args.subList(words.size(), args.size()), Set.of("--minutes", "--seconds"));
        List<Parser> chosen = Arrays.stream(Parser.values())
                .filter(parser -> words.isEmpty() || words.contains(parser.word()))
                .toList();
        if (chosen.size() < words.size()) {
            throw new IllegalArgumentException("the parsers are "
                    + Arrays.stream(Parser.values()).map(Parser::word).collect(Collectors.joining(", ")));
        }
        Duration all = Duration.ofMinutes(options.getOrDefault("--minutes", PARSER_MINUTES_DEFAULT));
        Duration each =
                Duration.ofSeconds(options.getOrDefault("--seconds", Math.max(1, all.toSeconds() / chosen.size())));
        var parsers = new Parsers(Path.of(System.getProperty("sluice.root", "")));
        int broken = 0;
        try {
            for (Parser parser : chosen) {
                broken += parsers.withstands(parser, each) ? 0 : 1;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        System.out.printf("%d parsers, %d broken%n", chosen.size(), broken);
        return broken == 0 ? 0 : 1;
    }

    /// What stands between the first word and the options.
    private static List<String> words(List<String> args) {
        return args.stream().skip(1).takeWhile(word -> !word.startsWith("--")).toList();
    }

    /// Options that have a number each.
    private static Map<String, Long> options(List<String> args, Set<String> known) {
        var options = new HashMap<String, Long>();
        for (int i = 1; i < args.size(); i += 2) {
            if (!known.contains(args.get(i)) || i + 1 >= args.size()) {
                throw new IllegalArgumentException("unknown or incomplete option " + args.get(i));
            }
            options.put(args.get(i), Long.valueOf(args.get(i + 1)));
        }
        return options;
    }
}
