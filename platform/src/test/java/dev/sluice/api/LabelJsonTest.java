package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

final class LabelJsonTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "\"alice,bob\"; alice,bob",
                "\"T,F\"; T,F",
                "{\"secrecy\":\"DCFalse\",\"integrity\":{\"DCFormula\":[]}}; F,T",
                "{\"secrecy\":{\"DCFormula\":[[[\"princeton.edu\",\"alice\"]]]},\"integrity\":\"DCFalse\"};"
                        + " princeton.edu/alice,F",
                "{\"integrity\":{\"DCFormula\":[]},\"secrecy\":{\"DCFormula\":[[[\"a\"],[\"b\"]],[[\"c\",\"d\"]]]}};"
                        + " c/d&a|b,T",
                "{\"secrecy\":{\"DCFormula\":[[]]},\"integrity\":{\"DCFormula\":[]}}; F,T",
                "{\"secrecy\":{\"DCFormula\":[[\"alice\",\"bob\"]]},\"integrity\":{\"DCFormula\":[[\"o:r@git\"]]}};"
                        + " alice|bob,o:r@git",
                "{\"secrecy\":{\"DCFormula\":[[\"T\"]]},\"integrity\":{\"DCFormula\":[[\"a/b\"]]}}; \\T,a\\/b",
            })
    void eachForm_isRead(String json, String label) {
        assertThat(LabelJson.parse(JSON.readTree(json))).isEqualTo(Label.parse(label));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "1",
                "[]",
                "{}",
                "\"\"",
                "\"alice\"",
                "\"a,b,c\"",
                "\"alice,T&bob\"",
                "{\"secrecy\":\"DCFalse\"}",
                "{\"secrecy\":\"DCTrue\",\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":\"DCFalse\",\"integrity\":\"DCFalse\",\"more\":1}",
                "{\"secrecy\":null,\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":{}},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[[[]]]},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[[[\"\"]]]},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[[\"\"]]},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[\"a\"]},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[[1]]},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[[[1]]]},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[[[[\"a\"]]]]},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[[\"a\\u0000b\"]]},\"integrity\":\"DCFalse\"}",
                "{\"secrecy\":{\"DCFormula\":[[\"\\ud800\"]]},\"integrity\":\"DCFalse\"}",
            })
    void everythingElse_isRefused(String json) {
        assertThatThrownBy(() -> LabelJson.parse(JSON.readTree(json)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.INVALID));
    }

    @Test
    void tooMany_areRefused() {
        String clauses = "[[\"a\"]" + ",[\"a\"]".repeat(100) + "]";
        String json = "{\"secrecy\":{\"DCFormula\":" + clauses + "},\"integrity\":\"DCFalse\"}";
        assertThatThrownBy(() -> LabelJson.parse(JSON.readTree(json))).isInstanceOf(Refused.class);
    }

    @Test
    void anyJson_isALabelOrOneRefusal() {
        String good = "{\"secrecy\":{\"DCFormula\":[[[\"a\",\"b\"],[\"c\"]],[\"d\"]]},\"integrity\":\"DCFalse\"}";
        String letters = "{}[]\",:aDCF0\\";
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder(good);
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                text.setCharAt(random.nextInt(text.length()), letters.charAt(random.nextInt(letters.length())));
            }
            try {
                assertThat(LabelJson.parse(JSON.readTree(text.toString()))).isNotNull();
            } catch (Refused | JacksonException expected) {
                assertThat(expected).isNotNull();
            }
        }
    }
}
