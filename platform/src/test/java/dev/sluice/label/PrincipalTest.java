package dev.sluice.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PrincipalTest {
    @Test
    void aPrefix_actsForWhatIsBelow_andNotTheOtherWayRound() {
        Principal acme = Principal.of("acme");
        Principal runs = acme.child("runs");
        assertThat(acme.actsFor(acme)).isTrue();
        assertThat(acme.actsFor(runs)).isTrue();
        assertThat(acme.actsFor(runs.child("hello"))).isTrue();
        assertThat(runs.actsFor(acme)).isFalse();
        assertThat(runs.actsFor(acme.child("api"))).isFalse();
        assertThat(acme.actsFor(Principal.of("acme2", "runs"))).isFalse();
        assertThat(acme.actsFor(Principal.of("bcme", "runs"))).isFalse();
    }

    @Test
    void sameTokens_areTheSameObject() {
        assertThat(Principal.of("a", "x")).isSameAs(Principal.of("a").child("x"));
        assertThat(Principal.of("a/x")).isNotSameAs(Principal.of("a", "x"));
    }

    @Test
    void order_isTokenByTokenInUnsignedUtf8_beyondTheBmpToo() {
        Principal bmp = Principal.of("\uFF5E");
        Principal beyond = Principal.of("\uD83D\uDE00");
        assertThat("\uFF5E".compareTo("\uD83D\uDE00")).isPositive();
        assertThat(bmp.compareTo(beyond)).isNegative();
        assertThat(Label.parse("\uD83D\uDE00&\uFF5E,\uD83D\uDE00|\uFF5E"))
                .hasToString("\uFF5E&\uD83D\uDE00,\uFF5E|\uD83D\uDE00");
        assertThat(Principal.of("a", "z").compareTo(Principal.of("a!"))).isNegative();
    }

    @Test
    void order_agreesWithComparingTokenLists() {
        Random random = new Random(7);
        List<String> tokens = List.of("a", "a!", "ab", "b", "é", "\uFF5E", "\uD83D\uDE00", "a\uD83D\uDE00", "a\uFF5E");
        for (int round = 0; round < 5_000; round++) {
            Principal one = Principal.of(some(random, tokens));
            Principal other = Principal.of(some(random, tokens));
            assertThat(Integer.signum(one.compareTo(other)))
                    .isEqualTo(Integer.signum(byTokens(one.tokens(), other.tokens())));
        }
    }

    @Test
    void invalidTokens_areRefusedHereToo() {
        for (String token :
                new String[] {"", " a", "a ", " ", "a\0b", "\n", "\u0085", "\uD83D", "a".repeat(129), "é".repeat(65)}) {
            assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> Principal.of("a", token));
            assertThatExceptionOfType(LabelInvalid.class)
                    .isThrownBy(() -> Principal.of("a").child(token));
        }
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(Principal::of);
        Principal deepest = Principal.of("1", "2", "3", "4", "5", "6", "7", "8");
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> deepest.child("9"));
    }

    @Test
    void anything_printsEscaped() {
        assertThat(Principal.of("T")).hasToString("\\T");
        assertThat(Principal.of("F")).hasToString("\\F");
        assertThat(Principal.of("T", "F")).hasToString("T/F");
        assertThat(Principal.of("a,|&/\\b", "c")).hasToString("a\\,\\|\\&\\/\\\\b/c");
        assertThat(Component.parse("\\T")).isSameAs(Component.of(Principal.of("T")));
        assertThat(Component.parse("a/\\T")).isSameAs(Component.of(Principal.of("a", "T")));
    }

    @Test
    void whatItHandsOut_cannotBeChanged() {
        Component component = Component.parse("a/x|b");
        Clause clause = component.allOf().getFirst();
        Principal principal = clause.anyOf().getFirst();
        assertThat(component.allOf()).isUnmodifiable();
        assertThat(clause.anyOf()).isUnmodifiable();
        assertThat(principal.tokens()).isUnmodifiable();
        assertThat(principal.child("y").tokens()).isUnmodifiable();
    }

    private static String[] some(Random random, List<String> tokens) {
        String[] some = new String[1 + random.nextInt(3)];
        Arrays.setAll(some, i -> tokens.get(random.nextInt(tokens.size())));
        return some;
    }

    private static int byTokens(List<String> one, List<String> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int order = Arrays.compareUnsigned(
                    one.get(i).getBytes(StandardCharsets.UTF_8), other.get(i).getBytes(StandardCharsets.UTF_8));
            if (order != 0) {
                return order;
            }
        }
        return one.size() - other.size();
    }
}
