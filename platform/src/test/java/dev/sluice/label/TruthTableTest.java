package dev.sluice.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Components against what they mean: a Boolean function of which principals agree, where whoever acts for another
/// one agrees for it too. The seed is in each message; `-Dseed=` repeats a run.
final class TruthTableTest {
    private static final long SEED = Long.getLong("seed", 42);
    private static final int ROUNDS = 20_000;

    private static final List<Principal> PRINCIPALS = List.of(
            Principal.of("a"),
            Principal.of("a", "x"),
            Principal.of("a", "x", "1"),
            Principal.of("a", "y"),
            Principal.of("ab"),
            Principal.of("b"),
            Principal.of("b", "x"),
            Principal.of("c"));

    private static final BitSet EVERYWHERE = worlds();
    private static final List<BitSet> WHERE_AGREED = whereAgreed();

    private final Random random = new Random(SEED);

    @Test
    void operations_meanWhatTheirTruthTablesSay() {
        for (int round = 0; round < ROUNDS; round++) {
            Component a = component();
            Component b = component();
            BitSet both = table(a);
            both.and(table(b));
            BitSet either = table(a);
            either.or(table(b));
            BitSet onlyA = table(a);
            onlyA.andNot(table(b));
            assertThat(table(a.and(b))).as("seed %d: %s and %s", SEED, a, b).isEqualTo(both);
            assertThat(table(a.or(b))).as("seed %d: %s and %s", SEED, a, b).isEqualTo(either);
            assertThat(a.implies(b)).as("seed %d: %s and %s", SEED, a, b).isEqualTo(onlyA.isEmpty());
            assertThat(Component.parse(a.toString()))
                    .as("seed %d: %s and %s", SEED, a, b)
                    .isSameAs(a);
        }
    }

    @Test
    void equalMeaning_isTheSameObject() {
        Map<BitSet, Component> seen = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            Component a = component();
            Component first = seen.putIfAbsent(table(a), a);
            assertThat(a).as("seed %d", SEED).isSameAs(first == null ? a : first);
        }
        assertThat(seen).hasSizeGreaterThan(500);
    }

    @Test
    void flowWithPrivilege_isTotal_andAgreesWithTheTables() {
        for (int round = 0; round < ROUNDS; round++) {
            Label x = Label.of(component(), component());
            Label y = Label.of(component(), component());
            Component s = component();
            Component i = component();
            BitSet released = table(y.secrecy());
            released.and(table(s));
            released.andNot(table(x.secrecy()));
            BitSet vouched = table(x.integrity());
            vouched.and(table(i));
            vouched.andNot(table(y.integrity()));
            assertThat(x.canFlowTo(y, Privilege.mintTcb(s, i)))
                    .as("seed %d: %s to %s with %s and %s", SEED, x, y, s, i)
                    .isEqualTo(released.isEmpty() && vouched.isEmpty());
        }
    }

    private Component component() {
        List<List<Principal>> clauses = new ArrayList<>();
        for (int clause = random.nextInt(4); clause > 0; clause--) {
            List<Principal> anyOf = new ArrayList<>();
            for (int principal = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(3); principal > 0; principal--) {
                anyOf.add(PRINCIPALS.get(random.nextInt(PRINCIPALS.size())));
            }
            clauses.add(anyOf);
        }
        return Component.ofClauses(clauses);
    }

    /// In which worlds the component is satisfied.
    private static BitSet table(Component component) {
        BitSet table = (BitSet) EVERYWHERE.clone();
        for (Clause clause : component.allOf()) {
            BitSet satisfied = new BitSet();
            for (Principal principal : clause.anyOf()) {
                satisfied.or(WHERE_AGREED.get(PRINCIPALS.indexOf(principal)));
            }
            table.and(satisfied);
        }
        return table;
    }

    private static List<BitSet> whereAgreed() {
        List<BitSet> tables = new ArrayList<>();
        for (int principal = 0; principal < PRINCIPALS.size(); principal++) {
            BitSet worlds = new BitSet();
            for (int world = 0; world < 1 << PRINCIPALS.size(); world++) {
                worlds.set(world, EVERYWHERE.get(world) && agrees(world, principal));
            }
            tables.add(worlds);
        }
        return tables;
    }

    private static boolean agrees(int world, int principal) {
        return (world >> principal & 1) == 1;
    }

    /// Every set of agreeing principals in which nobody agrees without those that he acts for.
    private static BitSet worlds() {
        BitSet worlds = new BitSet();
        for (int world = 0; world < 1 << PRINCIPALS.size(); world++) {
            boolean closed = true;
            for (int p = 0; p < PRINCIPALS.size(); p++) {
                for (int q = 0; q < PRINCIPALS.size(); q++) {
                    closed &= !agrees(world, p) || agrees(world, q) || !isPrefix(PRINCIPALS.get(p), PRINCIPALS.get(q));
                }
            }
            worlds.set(world, closed);
        }
        return worlds;
    }

    private static boolean isPrefix(Principal p, Principal q) {
        return p.tokens().size() <= q.tokens().size()
                && q.tokens().subList(0, p.tokens().size()).equals(p.tokens());
    }
}
