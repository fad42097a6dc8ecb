package dev.sluice.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.kernel.Trace.Check;
import dev.sluice.kernel.Trace.Denial;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class RemedyTest {
    private static final List<Principal> PRINCIPALS = List.of(
            Principal.of("a"),
            Principal.of("a", "x"),
            Principal.of("a", "x", "y"),
            Principal.of("b"),
            Principal.of("b", "x"),
            Principal.of("c"));

    /// Holding the remedy allows the flow, and holding anything that is weaker does not: not even with one clause less
    /// or with one clause that asks for a little less.
    @RepeatedTest(200)
    void theRemedy_allows_andNothingWeakerDoes(RepetitionInfo round) {
        var random = new Random(round.getCurrentRepetition());
        for (int i = 0; i < 50; i++) {
            Label from = Label.of(component(random), component(random));
            Label to = Label.of(component(random), component(random));
            Privilege held = Privilege.mintTcb(component(random), component(random));
            Remedy remedy = Remedy.of(new Denial(Check.WRITE, "", from, to, held.secrecy(), held.integrity()));

            assertThat(from.canFlowTo(to, held)).isEqualTo(remedy.isRoom());
            assertThat(from.canFlowTo(to, with(held, remedy.secrecy(), remedy.integrity())))
                    .isTrue();
            for (Component weaker : weakened(remedy.secrecy())) {
                assertThat(from.canFlowTo(to, with(held, weaker, remedy.integrity())))
                        .isFalse();
            }
            for (Component weaker : weakened(remedy.integrity())) {
                assertThat(from.canFlowTo(to, with(held, remedy.secrecy(), weaker)))
                        .isFalse();
            }
        }
    }

    @Test
    void theRemedy_namesOnlyWhatIsMissing() {
        var denial = new Denial(
                Check.WRITE,
                "out",
                Label.parse("acme/secret/s&bob,T"),
                Label.parse("T,acme/runs"),
                Component.parse("bob"),
                Component.TRUE);
        assertThat(Remedy.of(denial))
                .isEqualTo(new Remedy(Component.parse("acme/secret/s"), Component.parse("acme/runs")));
        assertThat(Remedy.of(denial).words(denial))
                .containsExactly(
                        "declassify acme/secret/s first, with a privilege that implies it: grant it to the gate",
                        "vouch for it with acme/runs: grant it to who writes, and use it");
    }

    @Test
    void eachCheck_hasARemedyInWords() {
        for (Check check : Check.values()) {
            var denial =
                    new Denial(check, "it", Label.parse("a,T"), Label.parse("T,b"), Component.TRUE, Component.TRUE);
            assertThat(Remedy.of(denial).words(denial)).hasSize(2).allMatch(words -> words.matches(".*\\b[ab]\\b.*"));
        }
    }

    private static Privilege with(Privilege held, Component secrecy, Component integrity) {
        return Privilege.mintTcb(held.secrecy().and(secrecy), held.integrity().and(integrity));
    }

    /// All components that are one step weaker: a clause fewer, or a clause that one more principal satisfies.
    private static List<Component> weakened(Component component) {
        var weaker = new ArrayList<Component>();
        List<List<Principal>> clauses =
                component.allOf().stream().map(clause -> clause.anyOf()).toList();
        for (int i = 0; i < clauses.size(); i++) {
            var fewer = new ArrayList<>(clauses);
            fewer.remove(i);
            weaker.add(Component.ofClauses(fewer));
            for (Principal more : PRINCIPALS) {
                var wider = new ArrayList<>(clauses.get(i));
                wider.add(more);
                var changed = new ArrayList<>(clauses);
                changed.set(i, wider);
                Component candidate = Component.ofClauses(changed);
                if (!candidate.equals(component) && !candidate.implies(component)) {
                    weaker.add(candidate);
                }
            }
        }
        return weaker;
    }

    private static Component component(Random random) {
        var clauses = new ArrayList<List<Principal>>();
        for (int i = random.nextInt(4); i > 0; i--) {
            var anyOf = new ArrayList<Principal>();
            for (int j = 1 + random.nextInt(2); j > 0; j--) {
                anyOf.add(PRINCIPALS.get(random.nextInt(PRINCIPALS.size())));
            }
            clauses.add(anyOf);
        }
        return random.nextInt(20) == 0 ? Component.FALSE : Component.ofClauses(clauses);
    }
}
