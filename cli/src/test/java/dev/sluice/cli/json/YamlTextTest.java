package dev.sluice.cli.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class YamlTextTest {
    @Test
    void aFileOfPolicies_isRead() {
        assertThat(json("""
                # two of them
                kind: Policy
                name: dev   # a comment
                global: false
                rules:
                - subjects: ["ci", 'o''brien@acme.com',
                    group:devs]
                  actions:
                    - "*"
                  resources: [runs/hello-*, function]
                -
                  roles: [viewer]
                  subjects:
                  - jon#1@acme.com
                ---
                {name: two, rules: [{effect: deny}]}
                """))
                .isEqualTo("[{\"kind\":\"Policy\",\"name\":\"dev\",\"global\":false,\"rules\":[{\"subjects\":[\"ci\","
                        + "\"o'brien@acme.com\",\"group:devs\"],\"actions\":[\"*\"],\"resources\":[\"runs/hello-*\","
                        + "\"function\"]},{\"roles\":[\"viewer\"],\"subjects\":[\"jon#1@acme.com\"]}]},"
                        + "{\"name\":\"two\",\"rules\":[{\"effect\":\"deny\"}]}]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 7 | {\"a\":7}",
                "a: -1.5e+3 | {\"a\":-1.5e+3}",
                "a: 007 | {\"a\":\"007\"}",
                "a: ~ | {\"a\":null}",
                "a: | {\"a\":null}",
                "a: yes | {\"a\":\"yes\"}",
                "a: \"x: #y\\n\" | {\"a\":\"x: #y\\n\"}",
                "a: b c | {\"a\":\"b c\"}",
                "a: http://x/y | {\"a\":\"http://x/y\"}",
                "- - 1 | [[1]]",
                "- a: 1 | [{\"a\":1}]",
                "word | \"word\"",
                "[] | []",
                "{} | {}",
            })
    void aValue_isWhatYamlSays(String yaml, String json) {
        assertThat(json(yaml)).isEqualTo("[" + json + "]");
    }

    @Test
    void aTextOfSeveralLines_isOne() {
        assertThat(json("a: |\n  one\n  two\nb: >-\n  three\n  four\nc: five\n  six\n"))
                .isEqualTo("[{\"a\":\"one\\ntwo\\n\",\"b\":\"three four\",\"c\":\"five six\"}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: *b",
                "a: &b c",
                "a: &b [1]\nc: *b",
                "a: !!map {b: 1}",
                "[a]: b",
                "a: !!str c",
                "a: [b",
                "a: [b,,c]",
                "a: \"b",
                "a: 'b",
                "a: b: c",
                "a: 1\na: 2",
                "a: {b: 1, b: 2}",
                "a: 1\n  b: 2",
                "a: 1\n- b",
                "\ta: 1",
                "a: [b] c",
                "a: \"\\q\"",
            })
    void whatYamlHasBeside_isRefused_withItsLine(String yaml) {
        assertThatThrownBy(() -> YamlText.parse(yaml))
                .isInstanceOf(NotYaml.class)
                .hasMessageStartingWith("line ");
    }

    @Test
    void whatIsNestedTooDeep_isRefused() {
        assertThatThrownBy(() -> YamlText.parse("[".repeat(10_000) + "]".repeat(10_000)))
                .isInstanceOf(NotYaml.class);
        assertThatThrownBy(() -> YamlText.parse("- ".repeat(10_000) + "a")).isInstanceOf(NotYaml.class);
    }

    @Test
    void nothing_isNoDocument() {
        assertThat(json("")).isEqualTo("[]");
        assertThat(json("# only this\n---\n\n...\n")).isEqualTo("[]");
    }

    /// What this program writes it reads, so that what was printed can be changed and shown again.
    @Test
    void whatWasWritten_isReadAsTheSame() {
        byte[] text = """
                [{"id":"1","name":"p","rules":[{"actions":["*","get"],"resources":null,"subjects":["a@b.c","- x","#y",": z"],
                "n":[[],{},[[1,{"a":[true]}]]],"s":"a: \\"b\\" \\u0007 c","e":""}],"t":-1.5e+3},{"o":{"p":{"q":[{"r":1,"s":2}]}}}]
                """.getBytes(StandardCharsets.UTF_8);
        Json json = JsonText.parse(text);
        assertThat(YamlText.parse(Yaml.of(json)).getFirst()).isNotNull();
        assertThat(YamlText.parse(Yaml.of(json)).getFirst()).isEqualTo(json);
    }

    /// Whatever the text, it is read or refused.
    @Test
    void anyText_isReadOrRefused() {
        var random = new Random(7);
        String[] pieces = {
            "- ", "a", ": ", ":", "\n", "  ", "[", "]", "{", "}", ",", "\"", "'", "#", "\\", "---", "*", "\t"
        };
        for (int i = 0; i < 100_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(20); n >= 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                assertThat(YamlText.parse(text.toString())).isNotNull();
            } catch (NotYaml refused) {
                assertThat(refused).hasMessageStartingWith("line ");
            }
        }
    }

    private static String json(String yaml) {
        return JsonText.compact(new Json.Arr(YamlText.parse(yaml)));
    }
}
