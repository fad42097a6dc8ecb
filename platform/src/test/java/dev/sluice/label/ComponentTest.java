package dev.sluice.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Normal form and size caps.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class ComponentTest {
    @Test
    void anEmptyClause_isFalse_andNoClause_isTrue() {
        assertThat(Component.ofClauses(List.of())).isSameAs(Component.TRUE);
        assertThat(Component.ofClauses(List.of(List.of()))).isSameAs(Component.FALSE);
        assertThat(Component.ofClauses(List.of(List.of(Principal.of("a")), List.of())))
                .isSameAs(Component.FALSE);
        assertThat(Component.anyOf()).isSameAs(Component.FALSE);
        assertThat(Component.TRUE.isTrue() && !Component.TRUE.isFalse()).isTrue();
        assertThat(Component.FALSE.isFalse() && !Component.FALSE.isTrue()).isTrue();
        assertThat(Component.TRUE.allOf()).isEmpty();
        assertThat(Component.FALSE.allOf())
                .singleElement()
                .satisfies(clause -> assertThat(clause.anyOf()).isEmpty());
    }

    @Test
    void clauses_comeBackInOrder_aShorterPrefixFirst() {
        Component component = Component.parse("z&a|x/y&a/x|q&a|c");
        assertThat(component).hasToString("a|c&a|x/y&a/x|q&z");
        assertThat(component.allOf()).isSorted();
        assertThat(component.allOf().getFirst().anyOf()).containsExactly(Principal.of("a"), Principal.of("c"));
        assertThat(Clause.of(Principal.of("a"))).isLessThan(Clause.of(Principal.of("a"), Principal.of("b")));
    }

    @Test
    void anyOrderOfTheSameClauses_isTheSameObject() {
        Component expected = Component.parse("a|b&a|c&b|c&d/x&e");
        List<List<Principal>> clauses = new ArrayList<>();
        for (Clause clause : expected.allOf()) {
            clauses.add(new ArrayList<>(clause.anyOf()));
        }
        clauses.add(List.of(Principal.of("a"), Principal.of("b"), Principal.of("c")));
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            Collections.shuffle(clauses, random);
            assertThat(Component.ofClauses(clauses)).isSameAs(expected);
        }
    }

    @Test
    void overACap_isRefused_neverCutOff() {
        List<List<Principal>> clauses = new ArrayList<>();
        for (int i = 0; i <= Component.CLAUSES_MAX; i++) {
            clauses.add(List.of(Principal.of("p" + i)));
        }
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> Component.ofClauses(clauses));
        Component full = Component.ofClauses(clauses.subList(0, Component.CLAUSES_MAX));
        Component more = Component.of(Principal.of("more"));
        List<List<Principal>> repeated = Collections.nCopies(Component.CLAUSES_MAX + 1, List.of(Principal.of("p")));
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> Component.ofClauses(repeated));
        assertThat(full.allOf()).hasSize(Component.CLAUSES_MAX);
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> full.and(more));
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> more.and(full));

        Principal[] principals = new Principal[Clause.PRINCIPALS_MAX + 1];
        for (int i = 0; i < principals.length; i++) {
            principals[i] = Principal.of("p" + i);
        }
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> Component.anyOf(principals));
        Principal[] same = Collections.nCopies(principals.length, principals[0]).toArray(new Principal[0]);
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> Component.anyOf(same));
        Component wide = Component.anyOf(Arrays.copyOf(principals, Clause.PRINCIPALS_MAX));
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> wide.or(more));
        assertThat(wide.or(Component.of(Principal.of("p3", "below"))).allOf()).hasSize(1);
    }

    @Test
    void aConjunction_countsWhatIsLeft() {
        List<List<Principal>> clauses = new ArrayList<>();
        for (int i = 0; i < Component.CLAUSES_MAX; i++) {
            clauses.add(List.of(Principal.of("a", "p" + i)));
        }
        Component full = Component.ofClauses(clauses);
        Component stronger = Component.ofClauses(List.of(List.of(Principal.of("a")), List.of(Principal.of("b"))));
        assertThat(full.and(full)).isSameAs(full);
        assertThat(full.and(stronger)).isSameAs(stronger);
        assertThat(full.and(Component.parse("a&c/x|d"))).hasToString("a&c/x|d");
    }

    @Test
    void aDisjunctionOfTwoLargeComponents_isRefusedInBoundedTime() {
        Component left = large("l");
        Component right = large("r");
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> left.or(right));
        assertThatExceptionOfType(LabelInvalid.class)
                .isThrownBy(() -> Label.of(left, right).join(Label.of(right, left)));
        assertThatExceptionOfType(LabelInvalid.class)
                .isThrownBy(() -> Label.of(left, right).meet(Label.of(right, left)));
    }

    @Test
    void aDisjunctionOfTwoLargeComponents_thatNearlyAgree_isRight() {
        Component common = large("c");
        List<List<Principal>> clauses = new ArrayList<>();
        for (Clause clause : common.allOf().subList(1, Component.CLAUSES_MAX)) {
            clauses.add(clause.anyOf());
        }
        Component shorter = Component.ofClauses(clauses);
        Component x = shorter.and(Component.of(Principal.of("x")));
        Component y = shorter.and(Component.of(Principal.of("y")));
        assertThat(x.or(y)).isSameAs(shorter.and(Component.parse("x|y"))).isSameAs(y.or(x));
    }

    @Test
    void flowWithPrivilege_neverRefuses_evenWhereTheConjunctionIsOverACap() {
        Component left = large("l");
        Component right = large("r");
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> left.and(right));
        Label from = Label.of(left, right);
        assertThat(from.canFlowTo(Label.of(right, left), Privilege.mintTcb(left)))
                .isTrue();
        assertThat(from.canFlowTo(Label.of(right, left), Privilege.mintTcb(left, right)))
                .isFalse();
    }

    /// 64 clauses of 15 long principals each, none of which implies another one.
    private static Component large(String name) {
        String long1 = "x".repeat(Principal.TOKEN_BYTES_MAX);
        List<List<Principal>> clauses = new ArrayList<>();
        for (int c = 0; c < Component.CLAUSES_MAX; c++) {
            List<Principal> anyOf = new ArrayList<>();
            for (int p = 0; p < Clause.PRINCIPALS_MAX - 2; p++) {
                anyOf.add(Principal.of(long1, long1, long1, long1, long1, long1, long1, "a" + p));
            }
            anyOf.add(Principal.of(long1, long1, long1, long1, long1, long1, long1, name + c));
            clauses.add(anyOf);
        }
        return Component.ofClauses(clauses);
    }
}
