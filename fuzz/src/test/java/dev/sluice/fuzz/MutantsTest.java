package dev.sluice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class MutantsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int PAIRS = 4_000;
    private static final int GUARDS_MIN = 30;
    private static final Set<String> SOME = Set.of(
            "task-reading-raises-the-label",
            "task-writing-checks-integrity",
            "gate-an-answer-is-released-by-the-declassify",
            "invocations-an-answer-is-delivered-to-who-may-know");

    @Test
    void eachGuard_standsInItsFileOnce() throws IOException {
        for (Mutant mutant : Mutant.all()) {
            String source = Files.readString(ROOT.resolve(Overlay.SOURCES).resolve(mutant.file()));
            assertThat(mutant.without(source)).isNotEqualTo(source);
        }
        assertThat(Mutant.sought()).hasSizeGreaterThanOrEqualTo(GUARDS_MIN).doesNotHaveDuplicates();
    }

    @Test
    void aTextThatIsGone_isRefused() {
        Mutant mutant = Mutant.parse("== a F.java\nold\n--\nnew\n").getFirst();
        assertThat(mutant.without("an old one")).isEqualTo("an new one");
        assertThatThrownBy(() -> mutant.without("none")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mutant.without("old, old")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void someBuildsWithoutAGuard_areCaught() throws InterruptedException {
        List<Mutant> some = Mutant.all().stream()
                .filter(mutant -> SOME.contains(mutant.id()))
                .toList();
        assertThat(some).hasSameSizeAs(SOME);
        assertCaught(some);
    }

    @Test
    @Tag("full")
    void eachBuildWithoutAGuard_isCaught() throws InterruptedException {
        assertCaught(Mutant.sought());
    }

    private static void assertCaught(List<Mutant> mutants) throws InterruptedException {
        List<Mutants.Result> results =
                new Mutants(ROOT, 1, PAIRS).tryAll(mutants, Runtime.getRuntime().availableProcessors());
        assertThat(results)
                .allSatisfy(result ->
                        assertThat(result.verdict()).as(result.toString()).isEqualTo(Mutants.Verdict.CAUGHT));
    }
}
