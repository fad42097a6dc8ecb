package dev.sluice.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The parser accepts exactly the grammar, which stands here a second time as a regular expression.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class LabelParserTest {
    private static final long SEED = Long.getLong("seed", 42);
    private static final int ROUNDS = 20_000;

    private static final String TOKEN =
            "(?:\\\\[TF](?=[,|&/]|\\z)|(?! )(?:[^,|&/\\\\\\p{Cc}\\p{Cs}]|\\\\[,|&/\\\\])+(?<! ))";
    private static final String PRINCIPAL = "(?:(?![TF](?:[,|&]|\\z))" + TOKEN + "(?:/" + TOKEN + ")*)";
    private static final String CLAUSE = "(?:" + PRINCIPAL + "(?:\\|" + PRINCIPAL + ")*)";
    private static final String COMPONENT = "(?:[TF](?=,|\\z)|" + CLAUSE + "(?:&" + CLAUSE + ")*)";
    private static final Pattern COMPONENT_GRAMMAR = Pattern.compile(COMPONENT);
    private static final Pattern LABEL_GRAMMAR = Pattern.compile(COMPONENT + "," + COMPONENT);

    @Test
    void everyShortText_isAcceptedIffTheGrammarDoes() {
        String alphabet = "aT,|&/\\ ";
        for (int length = 0; length <= 6; length++) {
            int[] digits = new int[length];
            do {
                StringBuilder text = new StringBuilder(length);
                for (int digit : digits) {
                    text.append(alphabet.charAt(digit));
                }
                checkBoth(text.toString());
            } while (next(digits, alphabet.length()));
        }
    }

    @Test
    void hostileText_givesAValueThatPrintsBack_orOneRefusal() {
        Random random = new Random(SEED);
        String alphabet = "aabTF,,|&/\\\\ \t\n\0\u007f\u0085\u2028é日\uD83D\uDE00\uD83D\uFFFD";
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(24); left > 0; left--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            checkBoth(text.toString());
        }
    }

    @Test
    void refusalMessages_areConstants_andNeverHoldTheText() {
        for (String text :
                new String[] {"wombat|,T", "wombat\\x,T", "wombat,T,T", "wombat ,T", "wom\0bat,T", "T|wombat"}) {
            assertThatExceptionOfType(LabelInvalid.class)
                    .isThrownBy(() -> Label.parse(text))
                    .satisfies(refusal -> assertThat(refusal.toString()).doesNotContain("wom"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\0",
                "\t",
                "\n",
                "\r",
                "\u001f",
                "\u007f",
                "\u0080",
                "\u009f",
                "\uD83D",
                "\uDE00",
                "\uDE00\uD83D"
            })
    void controlCharactersAndHalfCharacters_areRefusedAnywhere(String bad) {
        for (String text : new String[] {bad, "a" + bad, bad + "a", "a" + bad + "a", "a/" + bad, "a|b" + bad + "&c"}) {
            assertRefused(text);
        }
    }

    @Test
    void wholeCharactersBeyondTheBmp_areKept() {
        assertThat(Label.parse("a\uD83D\uDE00,T")).hasToString("a\uD83D\uDE00,T");
    }

    @Test
    void everyCap_isAcceptedAtAndRefusedAbove() {
        assertAcceptedUpTo(Component.CLAUSES_MAX, "&");
        assertAcceptedUpTo(Clause.PRINCIPALS_MAX, "|");
        assertAcceptedUpTo(Principal.TOKENS_MAX, "/");
        String token = "é".repeat(Principal.TOKEN_BYTES_MAX / 2);
        assertThat(Component.parse(token)).hasToString(token);
        assertRefused(token + "a");
        String escaped = "\\|".repeat(Principal.TOKEN_BYTES_MAX);
        assertThat(Component.parse(escaped)).hasToString(escaped);
        assertRefused(escaped + "\\|");
    }

    @Test
    void theLargestLabel_printsAndParsesBack() {
        StringBuilder text = new StringBuilder();
        for (int clause = 0; clause < Component.CLAUSES_MAX; clause++) {
            for (int principal = 0; principal < Clause.PRINCIPALS_MAX; principal++) {
                text.append(principal > 0 ? "|" : clause > 0 ? "&" : "");
                for (int token = 1; token < Principal.TOKENS_MAX; token++) {
                    text.append("\\,".repeat(Principal.TOKEN_BYTES_MAX)).append('/');
                }
                text.append("\\|".repeat(Principal.TOKEN_BYTES_MAX - 4)).append(1000 + 16 * clause + principal);
            }
        }
        Component largest = Component.parse(text.toString());
        Label label = Label.of(largest, largest);
        assertThat(Label.parse(label.toString())).isSameAs(label);
    }

    @Test
    void endlessText_isRefusedEarly() {
        int length = 10_000_000;
        for (String repeated : new String[] {"a", "a/", "a|", "a&", "\\", "\\\\", ",", "a&a/x|"}) {
            assertRefused(repeated.repeat(length / repeated.length()));
        }
    }

    private static void checkBoth(String text) {
        check(text, LABEL_GRAMMAR, Label::parse);
        check(text, COMPONENT_GRAMMAR, Component::parse);
    }

    private static void check(String text, Pattern grammar, Function<String, Object> parser) {
        boolean accepted = true;
        try {
            Object value = parser.apply(text);
            assertThat(parser.apply(value.toString())).isSameAs(value);
        } catch (LabelInvalid refused) {
            accepted = false;
        }
        if (accepted != grammar.matcher(text).matches()) {
            fail("seed %d: accepted is %s: %s", SEED, accepted, text);
        }
    }

    private static void assertAcceptedUpTo(int count, String separator) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : separator).append("p").append(100 + i);
        }
        assertThat(Component.parse(text.toString())).hasToString(text.toString());
        assertRefused(text + separator + "q");
    }

    private static void assertRefused(String component) {
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> Component.parse(component));
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> Label.parse(component + ",T"));
        assertThatExceptionOfType(LabelInvalid.class).isThrownBy(() -> Label.parse("T," + component));
    }

    private static boolean next(int[] digits, int base) {
        for (int at = 0; at < digits.length; at++) {
            if (++digits[at] < base) {
                return true;
            }
            digits[at] = 0;
        }
        return false;
    }
}
