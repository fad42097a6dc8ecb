package dev.sluice.cli.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class YamlTest {
    private static String yaml(String json) {
        return Yaml.of(JsonText.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void nesting_isIndented() {
        assertThat(yaml("""
                        {"name":"f","schema":{"in":{},"out":null},"tags":[{"key":"a","value":1},[[],[true]]],"logs":[]}
                        """)).isEqualTo("""
                        name: f
                        schema:
                          in: {}
                          out: null
                        tags:
                          - key: a
                            value: 1
                          - - []
                            - - true
                        logs: []""");
    }

    @Test
    void harmlessText_isPlain() {
        for (String text : new String[] {"READY", "hello.handle", "a b", "node-js", "user@x.com", "a1e5"}) {
            assertThat(yaml("\"" + text + "\"")).isEqualTo(text);
        }
    }

    @Test
    void textThatReadersWouldTakeForSomethingElse_isQuoted() {
        for (String text : new String[] {
            "",
            " ",
            "a ",
            " a",
            "yes",
            "No",
            "ON",
            "off",
            "y",
            "N",
            "true",
            "False",
            "null",
            "Null",
            "~",
            "1",
            "-1",
            "1e5",
            "0x1f",
            "0o7",
            "1_000",
            "12:30:45",
            ".inf",
            ".nan",
            "2018-09-07",
            "=",
            "<<",
            "- a",
            "? a",
            ": a",
            "a: b",
            "a #b",
            "#a",
            "[a]",
            "{a}",
            "a,b",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "'a'",
            "a  b",
            "---",
            "...",
            "é"
        }) {
            assertThat(yaml("\"" + text + "\"")).isEqualTo("\"" + text + "\"");
        }
    }

    @Test
    void textThatNeedsEscapes_getsThem() {
        assertThat(yaml("\"a\\nb\\t\\\"\\\\\\u0000\\u007f\\u2028\\ufeff\""))
                .isEqualTo("\"a\\nb\\t\\\"\\\\\\u0000\\u007f\\u2028\\ufeff\"");
    }

    @Test
    void keys_areQuotedLikeValues() {
        assertThat(yaml("{\"a b\":1,\"yes\":2,\"1\":3,\"\":4,\"a:b\":5}"))
                .isEqualTo("a b: 1\n\"yes\": 2\n\"1\": 3\n\"\": 4\n\"a:b\": 5");
    }

    @Test
    void numbers_keepTheirValue() {
        assertThat(yaml("[1, -0.5, 1e5, 1E+5, 1.5e-7, 12345678901234567890]"))
                .isEqualTo("- 1\n- -0.5\n- 1.0e+5\n- 1.0e+5\n- 1.5e-7\n- 12345678901234567890");
    }
}
