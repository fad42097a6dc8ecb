package dev.sluice.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The lattice laws on every label of a small universe: two tenants, one with a sub-principal, tell `and` from `or`
/// and a prefix from a sibling. They close to 10 components and 100 labels, so even triples are exhaustive.
final class LabelLawsTest {
    private static final List<Component> COMPONENTS = closure();
    private static final List<Label> LABELS = labels();

    @Test
    void theUniverse_isClosedAndEqualMeaningIsOneValue() {
        assertThat(COMPONENTS).hasSize(10);
        assertThat(LABELS).hasSize(100);
    }

    @Test
    void flow_isReflexive() {
        assertThat(LABELS).allMatch(a -> a.canFlowTo(a));
    }

    @Test
    void flow_isAntisymmetric() {
        forEachPair((a, b) -> a == b || !(a.canFlowTo(b) && b.canFlowTo(a)));
    }

    @Test
    void flow_isTransitive() {
        forEachTriple((a, b, c) -> !(a.canFlowTo(b) && b.canFlowTo(c)) || a.canFlowTo(c));
    }

    @Test
    void flow_isTheImplicationOfBothSides() {
        forEachPair((a, b) -> a.canFlowTo(b)
                == (b.secrecy().implies(a.secrecy()) && a.integrity().implies(b.integrity())));
    }

    @Test
    void bottomFlowsEverywhere_andEverythingFlowsToTop() {
        assertThat(LABELS).allMatch(a -> Label.BOTTOM.canFlowTo(a) && a.canFlowTo(Label.TOP));
        assertThat(LABELS).allMatch(a -> a == Label.BOTTOM || !a.canFlowTo(Label.BOTTOM));
        assertThat(LABELS).allMatch(a -> a == Label.TOP || !Label.TOP.canFlowTo(a));
    }

    @Test
    void join_isTheLeastUpperBound() {
        forEachPair((a, b) -> a.canFlowTo(a.join(b)) && b.canFlowTo(a.join(b)));
        forEachTriple(
                (a, b, c) -> !(a.canFlowTo(c) && b.canFlowTo(c)) || a.join(b).canFlowTo(c));
    }

    @Test
    void meet_isTheGreatestLowerBound() {
        forEachPair((a, b) -> a.meet(b).canFlowTo(a) && a.meet(b).canFlowTo(b));
        forEachTriple((a, b, c) -> !(c.canFlowTo(a) && c.canFlowTo(b)) || c.canFlowTo(a.meet(b)));
    }

    @Test
    void joinAndMeet_areCommutativeAssociativeAndAbsorbing() {
        forEachPair((a, b) -> a.join(b) == b.join(a) && a.meet(b) == b.meet(a));
        forEachPair((a, b) -> a.join(a.meet(b)) == a && a.meet(a.join(b)) == a);
        forEachTriple((a, b, c) -> a.join(b).join(c) == a.join(b.join(c)));
        forEachTriple((a, b, c) -> a.meet(b).meet(c) == a.meet(b.meet(c)));
    }

    @Test
    void joinAndMeet_distribute() {
        forEachTriple((a, b, c) -> a.meet(b.join(c)) == a.meet(b).join(a.meet(c)));
    }

    @Test
    void noPrivilege_allowsNoMore() {
        forEachPair((a, b) -> a.canFlowTo(b, Privilege.NONE) == a.canFlowTo(b));
        assertThat(LABELS).allMatch(a -> a.downgrade(Component.TRUE) == a && a.endorse(Component.TRUE) == a);
    }

    @Test
    void flowWithPrivilege_isFlowOfTheDowngraded() {
        for (Component p : COMPONENTS) {
            Privilege privilege = Privilege.mintTcb(p);
            forEachPair((a, b) -> a.canFlowTo(b, privilege) == a.downgrade(p).canFlowTo(b));
        }
    }

    @Test
    void flowWithPrivilege_isTheImplicationOfTheConjunctions() {
        for (Component s : COMPONENTS) {
            for (Component i : COMPONENTS) {
                Privilege privilege = Privilege.mintTcb(s, i);
                forEachPair((a, b) -> a.canFlowTo(b, privilege)
                        == (b.secrecy().and(s).implies(a.secrecy())
                                && a.integrity().and(i).implies(b.integrity())));
            }
        }
    }

    @Test
    void root_mayDoAnything() {
        Privilege root = Privilege.mintTcb(Component.FALSE);
        forEachPair((a, b) -> a.canFlowTo(b, root));
    }

    @Test
    void endorse_raisesIntegrityOnly() {
        for (Component p : COMPONENTS) {
            assertThat(LABELS).allMatch(a -> {
                Label endorsed = a.endorse(p);
                return endorsed.secrecy() == a.secrecy()
                        && endorsed.integrity() == a.integrity().and(p);
            });
        }
    }

    @Test
    void everyLabel_parsesBackFromItsText() {
        assertThat(LABELS).allMatch(a -> Label.parse(a.toString()) == a);
        assertThat(COMPONENTS).allMatch(a -> Component.parse(a.toString()) == a);
    }

    private interface PairLaw {
        boolean holds(Label a, Label b);
    }

    private interface TripleLaw {
        boolean holds(Label a, Label b, Label c);
    }

    private static void forEachPair(PairLaw law) {
        for (Label a : LABELS) {
            for (Label b : LABELS) {
                if (!law.holds(a, b)) {
                    fail("broken for a = %s, b = %s", a, b);
                }
            }
        }
    }

    private static void forEachTriple(TripleLaw law) {
        for (Label c : LABELS) {
            forEachPair((a, b) -> {
                if (!law.holds(a, b, c)) {
                    fail("broken for a = %s, b = %s, c = %s", a, b, c);
                }
                return true;
            });
        }
    }

    private static List<Component> closure() {
        Set<Component> all = new HashSet<>(Set.of(
                Component.TRUE,
                Component.FALSE,
                Component.of(Principal.of("a")),
                Component.of(Principal.of("a", "x")),
                Component.of(Principal.of("b"))));
        int before;
        do {
            before = all.size();
            for (Component one : List.copyOf(all)) {
                for (Component other : List.copyOf(all)) {
                    all.add(one.and(other));
                    all.add(one.or(other));
                }
            }
        } while (all.size() > before);
        return List.copyOf(all);
    }

    private static List<Label> labels() {
        List<Label> labels = new ArrayList<>();
        for (Component secrecy : COMPONENTS) {
            for (Component integrity : COMPONENTS) {
                labels.add(Label.of(secrecy, integrity));
            }
        }
        return labels;
    }
}
