package dev.sluice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fuzz.Counterparts.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The table of security scenarios, and the builds that it names.
final class CounterpartsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path SCENARIOS = Path.of("platform", "src", "test", "java", "dev", "sluice", "scenario");
    private static final Pattern TEST = Pattern.compile("void (s\\d\\d_\\w+)\\(");

    /// Event subscriptions and snapshots: there are none yet.
    private static final Set<Integer> PENDING = Set.of(44, 47);

    private static final int SCENARIOS_COUNT = 48;

    @Test
    void eachScenario_hasATest_andGuardsThatAreThere() throws IOException {
        Set<String> ids = Mutant.all().stream().map(Mutant::id).collect(Collectors.toSet());
        List<Row> rows = Row.all(ROOT);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.guards()).as(row.test()).isNotEmpty();
            row.guards().forEach(guards -> assertThat(ids).as(row.test()).containsAll(guards));
        });
        assertThat(rows.stream().map(Row::scenario))
                .containsAll(IntStream.rangeClosed(1, SCENARIOS_COUNT)
                        .filter(number -> !PENDING.contains(number))
                        .mapToObj("S%02d"::formatted)
                        .toList());
    }

    @Test
    void eachTestOfAScenario_isInTheTable_once() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve(SCENARIOS))) {
            for (Path file : files.toList()) {
                String type = file.getFileName().toString().replace(".java", "");
                List<String> tests = TEST.matcher(Files.readString(file))
                        .results()
                        .map(test -> type + "." + test.group(1))
                        .toList();
                assertThat(Row.all(ROOT).stream().map(Row::test).filter(test -> test.startsWith(type + ".s")))
                        .containsExactlyInAnyOrderElementsOf(tests);
            }
        }
    }

    @Test
    void aRow_isReadAsItStands() {
        assertThat(Row.parse("| S01 | what | `ATest.b_c` | `one`, `two` + `three` |"))
                .contains(new Row("S01", "ATest.b_c", List.of(List.of("one"), List.of("two", "three"))));
        assertThat(Row.parse("| S44 | what | **pending** | \u2013 |")).isEmpty();
        assertThat(Row.parse("| promise | `ATest.b_c` |")).isEmpty();
    }

    @Test
    void onlyATestThatFails_withoutItsGuardAlone_isCaught() throws IOException, InterruptedException {
        String test = "FilesTest.s43_declassifyingAndEndorsing_areBoundedByThePrivilege";
        var row = new Row(
                "S43",
                test,
                List.of(List.of("task-endorsing-needs-privilege"), List.of("authn-a-token-ends"), List.of("?")));
        var none = new Row("S00", "FilesTest.s00_isNotThere", List.of(List.of("authn-a-token-ends")));
        List<Row> rows = List.of(row);
        try (var counterparts = new Counterparts(ROOT, rows)) {
            assertThat(counterparts.tryAll(rows, 1))
                    .extracting(Counterparts.Result::verdict)
                    .containsExactly(Verdict.CAUGHT, Verdict.MISSED, Verdict.BROKEN);
            assertThat(counterparts.tryAll(List.of(none), 1))
                    .extracting(Counterparts.Result::verdict)
                    .containsExactly(Verdict.BROKEN);
        }
    }

    @Test
    @Tag("full")
    void eachScenario_failsWithoutItsGuard() throws IOException, InterruptedException {
        List<Row> rows = Row.all(ROOT);
        try (var counterparts = new Counterparts(ROOT, rows)) {
            assertThat(counterparts.tryAll(rows, Runtime.getRuntime().availableProcessors()))
                    .allSatisfy(result ->
                            assertThat(result.verdict()).as(result.toString()).isEqualTo(Verdict.CAUGHT));
        }
    }
}
