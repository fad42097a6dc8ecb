package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FsPathTest {
    private static final Component SELF = Component.parse("alice");
    private static final Label CURRENT = Label.parse("a,a/t");

    /// What a text names, printed: names as they are, facets as labels between brackets. Columns are separated by `;`
    /// and quoted by `'`, so that the vectors of contracts/faasten.md 2.2 stand here as they stand there.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                ":                     ; ''",
                "''                    ; ''",
                ":::                   ; ''",
                "home:<alice,alice>:x  ; [home][<alice,alice>][x]",
                ":home:<T,a/b>:        ; [home][<T,a/b>]",
                "~:fsutil              ; [home][<alice,alice>][fsutil]",
                "~                     ; [home][<alice,alice>]",
                "home:%:x              ; [home][<a,a/t>][x]",
                "home:<T,Tom>:x        ; [home][<T,Tom>][x]",
                "a:\\~:b               ; [a][~][b]",
                "\\~                   ; [~]",
                "\\~x:\\%y:\\<z        ; [~x][%y][<z]",
                "a\\\\b                ; [a\\b]",
                "a\\\\:                ; [a\\]",
                "a<b:c>                ; [a<b][c>]",
                "a~b:c%                ; [a~b][c%]",
                "h:<a:b,T>:x           ; [h][<a:b,T>][x]",
                "h:<a\\>b,T>           ; [h][<a>b,T>]",
                "h:<a<b,T>             ; [h][<a<b,T>]",
                "h:<a\\,b,c\\/d>       ; [h][<a\\,b,c\\/d>]",
                "h:<a\\\\\\>b,T>       ; [h][<a\\\\>b,T>]",
                "h:<a\\\\,T>           ; [h][<a\\\\,T>]",
                "h:<a,T\\>>:x          ; [h][<a,T>>][x]",
                "h:<b|a,a&a/x>         ; [h][<a|b,a>]",
                "...                   ; [...]",
                "a b                   ; [a b]",
                "日本:😀               ; [日本][😀]",
            })
    void text_namesTheseSteps(String text, String steps) {
        assertThat(shown(parse(text))).isEqualTo(steps);
    }

    @Test
    void homeOfNobody_isTheFacetOfNobody() {
        assertThat(FsPath.parse("~", Component.TRUE, CURRENT)).isEqualTo(FsPath.home(Label.PUBLIC));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a:~:b",
                "a::b",
                "<T,T>:x",
                "%",
                "%:x",
                "home:<alice>:x",
                "home:<>:x",
                "~x",
                "%x",
                "a:~x",
                "~~",
                "<",
                "a:<",
                "a:<T,T",
                "a:<T,T:b",
                "a:<T,T>b",
                "a:<T,T>b>",
                "a:<a>b,T>",
                "a:<a\\\\>b,T>",
                "a:<T,T\\>",
                "a:<T,T>\\",
                "a:<\\",
                "a:<T\\>,T>x",
                "a:<Tom,T>&bob>",
                "a:<alice,T&bob>",
                "a:<a,b,c>",
                "a:< a,b>",
                ".",
                "..",
                "a:..:b",
                "a:.",
                "\\",
                "a\\",
                "a\\:",
                "a\\:b",
                "a\\x",
                "\\.\\.",
                "a\u0000b",
                "a\nb",
                "a\u0085b",
                "\ud83d",
                "a\ude00b",
                "a:<\ud83d,T>",
            })
    void whatIsNoPath_isInvalid(String text) {
        assertThat(refusalOf(text)).isEqualTo(Refusal.INVALID);
    }

    @Test
    void sizes_areBounded() {
        String name = "n".repeat(FsPath.NAME_CHARS_MAX);
        assertThat(parse(name).name()).isEqualTo(name);
        assertThat(refusalOf(name + "n")).isEqualTo(Refusal.INVALID);
        String deep = "n:".repeat(FsPath.STEPS_MAX);
        assertThat(parse(deep).steps()).hasSize(FsPath.STEPS_MAX);
        assertThat(refusalOf(deep + "n")).isEqualTo(Refusal.INVALID);
        assertThat(catchThrowableOfType(Refused.class, () -> parse(deep).child("n"))
                        .refusal())
                .isEqualTo(Refusal.INVALID);
        assertThat(refusalOf("~:" + "n:".repeat(FsPath.STEPS_MAX - 1))).isEqualTo(Refusal.INVALID);
        assertThat(parse(":".repeat(FsPath.TEXT_CHARS_MAX))).isEqualTo(FsPath.ROOT);
        assertThat(refusalOf(":".repeat(FsPath.TEXT_CHARS_MAX + 1))).isEqualTo(Refusal.INVALID);
    }

    /// A path made in code meets the same rules as one that was parsed.
    @Test
    void builtPaths_areJudgedToo() {
        assertThatThrownBy(() -> FsPath.ROOT.child("..")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> FsPath.ROOT.child("a:b")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> FsPath.ROOT.child("")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> FsPath.ROOT.facet(Label.PUBLIC)).isInstanceOf(Refused.class);
        assertThatThrownBy(FsPath.ROOT::parent).isInstanceOf(Refused.class);
        assertThatThrownBy(FsPath.ROOT::name).isInstanceOf(Refused.class);
        assertThatThrownBy(FsPath.home(Label.PUBLIC)::name).isInstanceOf(Refused.class);
    }

    @Test
    void refusals_doNotRepeatWhatWasAsked() {
        assertThatThrownBy(() -> parse("home:<secret-name>:x")).hasMessageNotContaining("secret-name");
        assertThatThrownBy(() -> parse("~secret-name")).hasMessageNotContaining("secret-name");
    }

    /// Whatever the text: it is a path, which then prints to a text of the same path, or it is refused as invalid.
    @Test
    void parsing_isTotal_andPrintingIsItsInverse() {
        long seed = Long.getLong("seed", System.nanoTime());
        var random = new Random(seed);
        int paths = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = soup(random);
            try {
                FsPath path = parse(text);
                paths++;
                assertThat(FsPath.parse(path.toString(), Component.FALSE, Label.TOP))
                        .as("seed %d: %s", seed, text)
                        .isEqualTo(path);
            } catch (Refused refused) {
                assertThat(refused.refusal()).as("seed %d: %s", seed, text).isEqualTo(Refusal.INVALID);
            }
        }
        assertThat(paths).isGreaterThan(1_000);
    }

    @Test
    void printing_isTheInverseOfParsing_forEveryPath() {
        long seed = Long.getLong("seed", System.nanoTime());
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            FsPath path = FsPath.ROOT;
            for (int n = random.nextInt(5); n > 0; n--) {
                path = path.steps().isEmpty() || random.nextBoolean()
                        ? path.child(name(random, ":"))
                        : path.facet(Label.of(component(random), component(random)));
            }
            assertThat(parse(path.toString())).as("seed %d", seed).isEqualTo(path);
        }
    }

    private static Component component(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Component.TRUE;
            case 1 -> Component.FALSE;
            default -> Component.of(Principal.of(name(random, ""), name(random, "")));
        };
    }

    private static String name(Random random, String forbidden) {
        String alphabet = "<>~%\\,|&/:TFaé";
        var text = new StringBuilder("x");
        for (int n = random.nextInt(6); n > 0; n--) {
            char c = alphabet.charAt(random.nextInt(alphabet.length()));
            if (forbidden.indexOf(c) < 0) {
                text.append(c);
            }
        }
        return text.length() > 1 ? text.substring(1) : "x";
    }

    private static String soup(Random random) {
        List<String> pieces = List.of(
                ":", ":", "<", ">", "<T,T>", "<a,b>", "\\", "~", "%", ",", "&", "|", "/", "T", "F", "a", "é", "\0", ".",
                " ", "\ud83d", "\ude00");
        var text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    private static FsPath parse(String text) {
        return FsPath.parse(text, SELF, CURRENT);
    }

    private static Refusal refusalOf(String text) {
        return catchThrowableOfType(Refused.class, () -> parse(text)).refusal();
    }

    private static String shown(FsPath path) {
        var out = new StringBuilder();
        for (FsPath.Step step : path.steps()) {
            out.append(
                    switch (step) {
                        case FsPath.Step.Name(String name) -> "[" + name + "]";
                        case FsPath.Step.Opened opened -> opened.toString();
                        case FsPath.Step.Facet(Label label) -> "[<" + label + ">]";
                    });
        }
        return out.toString();
    }
}
