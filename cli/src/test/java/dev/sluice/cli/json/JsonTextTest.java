package dev.sluice.cli.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class JsonTextTest {
    private static Json parse(String text) {
        return JsonText.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aValue_isWrittenAsItWasRead() {
        String text = "{\"b\":[1.10,-0,1E400,true,false,null,\"\\u0001\\\"\\\\\\n€😀\"],\"a\":{},\"\":[]}";

        assertThat(JsonText.compact(parse(text))).isEqualTo(text);
    }

    @Test
    void indentation_isFourSpaces() {
        assertThat(JsonText.indented(parse("{\"a\":[1,{\"b\":null}],\"c\":{}}")))
                .isEqualTo("""
                {
                    "a": [
                        1,
                        {
                            "b": null
                        }
                    ],
                    "c": {}
                }""");
    }

    @Test
    void halfACharacter_survives() {
        assertThat(JsonText.compact(parse("\"a\\ud800\""))).isEqualTo("\"a\\ud800\"");
    }

    @Test
    void whatIsNotOneValue_isRefused() {
        for (String text : new String[] {
            "",
            " ",
            "{",
            "[",
            "{\"a\"",
            "{\"a\":}",
            "[1,]",
            "1 2",
            "{} x",
            "nul",
            "NaN",
            "01",
            "'a'",
            "{a:1}",
            "\"\t\"",
            "[1]]",
            "{\"a\":1,\"a\":2}",
            "// c\n1",
            "[".repeat(100_000)
        }) {
            assertThatThrownBy(() -> parse(text)).as(text).isInstanceOf(NotJson.class);
        }
    }

    @Test
    void anyBytes_areAValueOrRefused() {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            var bytes = new byte[random.nextInt(12)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte)
                        (random.nextBoolean()
                                ? "{}[]\",:0123-eE.tnf\\u ".charAt(random.nextInt(21))
                                : random.nextInt());
            }
            try {
                Json value = JsonText.parse(bytes);
                assertThat(parse(JsonText.compact(value))).isEqualTo(value);
            } catch (NotJson e) {
                assertThat(e).hasMessageNotContaining("\n\n");
            }
        }
    }
}
