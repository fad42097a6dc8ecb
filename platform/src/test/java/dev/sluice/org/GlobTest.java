package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobTest {
    private static final int CHARS_MAX = 4;

    @ParameterizedTest
    @CsvSource({
        "hello,    hello,     true",
        "hello-*,  hello-,    true",
        "hello-*,  hello-one, true",
        "hello-*,  hello,     false",
        "*-one,    hello-one, true",
        "h*o,      hello,     true",
        "h*o,      hell,      false",
        "*,        '',        true",
        "hello.*,  hello-one, false",
        "hell?,    hello,     false",
        "Hello,    hello,     false",
    })
    void aStar_standsForAnyText_andNothingElseDoes(String glob, String text, boolean covered) {
        assertThat(Glob.covers(glob, text)).isEqualTo(covered);
    }

    /// Each glob of up to four of `a`, `b` and `*`, with each other one, against all texts of up to four letters.
    @Test
    void coveringAndMeeting_areWhatTheTextsSay() {
        List<String> globs = all(List.of('a', 'b', '*'));
        List<String> texts = all(List.of('a', 'b', 'c'));
        for (String one : globs) {
            List<String> ofOne = texts.stream().filter(t -> naive(one, t)).toList();
            assertThat(texts.stream().filter(t -> Glob.covers(one, t)).toList())
                    .as(one)
                    .isEqualTo(ofOne);
            for (String other : globs) {
                List<String> ofOther =
                        texts.stream().filter(t -> naive(other, t)).toList();
                if (Glob.covers(one, other)) {
                    assertThat(ofOne).as("%s covers %s", one, other).containsAll(ofOther);
                }
                if (ofOther.stream().anyMatch(ofOne::contains)) {
                    assertThat(Glob.meet(one, other))
                            .as("%s meets %s", one, other)
                            .isTrue();
                } else if (one.length() + other.length() <= CHARS_MAX + 1) {
                    assertThat(Glob.meet(one, other))
                            .as("%s meets %s", one, other)
                            .isFalse();
                }
            }
        }
    }

    @Test
    void theWorstGlob_costsLittle() {
        String stars = "a*".repeat(Glob.CHARS_MAX / 2);
        String text = "a".repeat(10_000);
        assertTimeout(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 100; i++) {
                Glob.covers(stars + "b", text);
                Glob.meet(stars + "b", stars + "c");
            }
        });
    }

    private static boolean naive(String glob, String text) {
        if (glob.isEmpty()) {
            return text.isEmpty();
        }
        if (glob.charAt(0) == '*') {
            return naive(glob.substring(1), text) || (!text.isEmpty() && naive(glob, text.substring(1)));
        }
        return !text.isEmpty() && glob.charAt(0) == text.charAt(0) && naive(glob.substring(1), text.substring(1));
    }

    private static List<String> all(List<Character> letters) {
        var all = new ArrayList<>(List.of(""));
        List<String> longest = List.of("");
        for (int i = 0; i < CHARS_MAX; i++) {
            longest = longest.stream()
                    .flatMap(text -> letters.stream().map(letter -> text + letter))
                    .toList();
            all.addAll(longest);
        }
        return all;
    }
}
