package dev.sluice.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One guard, and the build that lacks it.
///
/// @param id          what the guard does
/// @param file        below the root package, such as `kernel/Task.java`
/// @param text        stands exactly once in the file
/// @param replacement what stands there in the build without the guard
/// @param isSought    whether the noninterference tester should find it; else only a scenario needs it
record Mutant(String id, String file, String text, String replacement, boolean isSought) {
    private static final String HEAD = "== ";
    private static final String INSTEAD = "--";
    private static final String SCENARIO = "scenario";

    /// Those that the noninterference tester should find.
    static List<Mutant> sought() {
        return all().stream().filter(Mutant::isSought).toList();
    }

    /// All in `mutants.txt`: a line `== ID FILE`, the text, a line `--`, the replacement. A third word, `scenario`,
    /// marks what only a scenario needs. Comments begin with `#`.
    static List<Mutant> all() {
        try (InputStream in = Mutant.class.getResourceAsStream("mutants.txt")) {
            if (in == null) {
                throw new IllegalStateException("mutants.txt is missing");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static List<Mutant> parse(String text) {
        var all = new ArrayList<Mutant>();
        for (String block : text.split("(?m)^" + HEAD, -1)) {
            if (block.isBlank() || block.startsWith("#")) {
                continue;
            }
            List<String> lines =
                    block.lines().filter(line -> !line.startsWith("#")).toList();
            String[] head = lines.getFirst().split(" ", -1);
            int instead = lines.indexOf(INSTEAD);
            boolean isMarked = head.length == 3 && head[2].equals(SCENARIO);
            if ((head.length != 2 && !isMarked) || instead < 2) {
                throw new IllegalArgumentException(
                        "a mutant is `== ID FILE`, a text, `--` and what replaces it: " + lines.getFirst());
            }
            all.add(new Mutant(
                    head[0],
                    head[1],
                    String.join("\n", lines.subList(1, instead)).strip(),
                    String.join("\n", lines.subList(instead + 1, lines.size())).strip(),
                    !isMarked));
        }
        return List.copyOf(all);
    }

    /// The file without the guard.
    ///
    /// @throws IllegalArgumentException if the text does not stand in it exactly once
    String without(String source) {
        int at = source.indexOf(text);
        if (at < 0 || source.indexOf(text, at + 1) >= 0) {
            throw new IllegalArgumentException(
                    "the text of " + id + " does not stand in " + file + " exactly once: the code has changed");
        }
        return source.substring(0, at) + replacement + source.substring(at + text.length());
    }
}
