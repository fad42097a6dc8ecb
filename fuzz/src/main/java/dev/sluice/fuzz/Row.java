package dev.sluice.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A row of SPECIFICATION.md's table of security scenarios: what the scenario's test rests on.
///
/// @param scenario such as `S01`
/// @param test     such as `FilesTest.s01_aGate_readsAPhoto`
/// @param guards   the test fails without any of them: the ids of guards, several where each makes up for the others
record Row(String scenario, String test, List<List<String>> guards) {
    private static final Pattern LINE = Pattern.compile("\\| (S\\d\\d) \\| (.+) \\| (.+) \\| (.+) \\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final String TOGETHER = " \\+ ";

    /// @param root of the repository
    static List<Row> all(Path root) throws IOException {
        return Files.readString(root.resolve("SPECIFICATION.md"))
                .lines()
                .map(Row::parse)
                .flatMap(Optional::stream)
                .toList();
    }

    /// The row that a line is, if it is one and its scenario has a test. `a`, `b` are two guards, `a` + `b` is one
    /// of two layers.
    static Optional<Row> parse(String line) {
        Matcher row = LINE.matcher(line);
        if (!row.matches()) {
            return Optional.empty();
        }
        List<String> tests = names(row.group(3));
        if (tests.size() != 1) {
            return Optional.empty();
        }
        List<List<String>> guards = Arrays.stream(row.group(4).split(", ", -1))
                .map(one -> Arrays.stream(one.split(TOGETHER, -1))
                        .flatMap(layer -> names(layer).stream())
                        .toList())
                .filter(one -> !one.isEmpty())
                .toList();
        return Optional.of(new Row(row.group(1), tests.getFirst(), guards));
    }

    private static List<String> names(String cell) {
        var names = new ArrayList<String>();
        for (Matcher name = NAME.matcher(cell); name.find(); ) {
            names.add(name.group(1));
        }
        return names;
    }
}
