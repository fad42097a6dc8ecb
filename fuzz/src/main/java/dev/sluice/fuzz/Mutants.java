package dev.sluice.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Builds the platform without one guard at a time, and sees whether the tester notices. Only the changed file is
/// compiled; its classes come first in the class path of another JVM.
final class Mutants {
    private static final Pattern PAIRS = Pattern.compile("(\\d+) pairs in");
    private static final int FOUND = 1;

    private final Path root;
    private final long seed;
    private final long pairs;

    /// @param root  of the repository
    /// @param pairs what the tester may try on each
    Mutants(Path root, long seed, long pairs) {
        this.root = root;
        this.seed = seed;
        this.pairs = pairs;
    }

    enum Verdict {
        CAUGHT,
        MISSED,
        /// It cannot be built any more, or the tester broke on it.
        BROKEN
    }

    /// @param said the pairs that were needed, or what went wrong
    record Result(Mutant mutant, Verdict verdict, String said) {
        @Override
        public String toString() {
            return "%-8s %-40s %s".formatted(verdict.name().toLowerCase(java.util.Locale.ROOT), mutant.id(), said);
        }
    }

    /// Tries all, `atOnce` at a time, and tells of each as it ends.
    List<Result> tryAll(List<Mutant> mutants, int atOnce) throws InterruptedException {
        var waiting = new ConcurrentLinkedQueue<>(mutants);
        var results = new ConcurrentLinkedQueue<Result>();
        var workers = new ArrayList<Thread>();
        for (int i = 0; i < atOnce; i++) {
            workers.add(Thread.ofPlatform().name("mutants-" + i).start(() -> {
                for (Mutant mutant = waiting.poll(); mutant != null; mutant = waiting.poll()) {
                    Result result = tryOne(mutant);
                    System.out.println(result);
                    results.add(result);
                }
            }));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        return List.copyOf(results);
    }

    private Result tryOne(Mutant mutant) {
        try (var overlay = new Overlay(root, List.of(mutant))) {
            return judge(mutant, overlay);
        } catch (IllegalArgumentException broken) {
            return new Result(mutant, Verdict.BROKEN, String.valueOf(broken.getMessage()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Result(mutant, Verdict.BROKEN, "interrupted");
        }
    }

    private Result judge(Mutant mutant, Overlay overlay) throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx400m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                overlay.classPath(),
                Fuzz.class.getName(),
                "noninterference"));
        command.addAll(List.of("--seed", "" + seed, "--pairs", "" + pairs, "--threads", "1", "--shrink", "0"));
        Process tester = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(tester.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = tester.waitFor();
        Matcher needed = PAIRS.matcher(said);
        if (!needed.find()) {
            return new Result(mutant, Verdict.BROKEN, said.lines().findFirst().orElse("no word"));
        }
        return new Result(mutant, code == FOUND ? Verdict.CAUGHT : Verdict.MISSED, needed.group(1) + " pairs");
    }
}
