package dev.sluice.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    @ParameterizedTest
    @ValueSource(strings = {"null", "0", " {\"a\":[1,2.5e3,\"é😀\",true,{}]} ", "\"\\ud800\"", "\"\"", "[]"})
    void oneJsonValue_isValid(String text) {
        assertThat(Json.isValid(Bytes.utf8(text))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "nul",
                "NaN",
                "Infinity",
                "01",
                "+1",
                "'a'",
                "1 2",
                "{} {}",
                "[1]x",
                "\"a\nb\"",
                "\"\\x\"",
                "// c\n1",
                "{a:1}",
                "\uFEFF{",
                "]"
            })
    void anythingElse_isNot(String text) {
        assertThat(Json.isValid(Bytes.utf8(text))).isFalse();
    }

    @Test
    void stringsThatAreNotUtf8_areNot() {
        for (byte[] inside :
                new byte[][] {{(byte) 0xff}, {(byte) 0xc0, (byte) 0xaf}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}}) {
            byte[] text = new byte[inside.length + 2];
            text[0] = '"';
            System.arraycopy(inside, 0, text, 1, inside.length);
            text[text.length - 1] = '"';
            assertThat(Json.isValid(Bytes.takeOver(text))).isFalse();
        }
    }

    /// It stands inside other JSON texts: in answers, and in lists of runs.
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void anotherEncoding_isNot(String charset) {
        assertThat(Json.isValid(Bytes.takeOver("{\"a\":1}".getBytes(Charset.forName(charset)))))
                .isFalse();
        assertThat(Json.isValid(Bytes.utf8("\uFEFF{\"a\":1}"))).isFalse();
    }

    @Test
    void nestingAndNumbers_haveTheirLimits() {
        assertThat(Json.isValid(nested(Json.DEPTH_MAX))).isTrue();
        assertThat(Json.isValid(nested(Json.DEPTH_MAX + 1))).isFalse();
        assertThat(Json.isValid(nested(1_000_000))).isFalse();
        assertThat(Json.isValid(Bytes.utf8("1".repeat(Json.NUMBER_CHARS_MAX)))).isTrue();
        assertThat(Json.isValid(Bytes.utf8("1".repeat(Json.NUMBER_CHARS_MAX + 1))))
                .isFalse();
    }

    @Test
    void aTextOfTheLargestResult_isReadToItsEnd() {
        String big = "\"" + "é".repeat((6 << 20) / 2 - 1) + "\"";
        assertThat(Json.isValid(Bytes.utf8(big))).isTrue();
        assertThat(Json.isValid(Bytes.utf8(big + "}"))).isFalse();
    }

    private static Bytes nested(int depth) {
        return Bytes.utf8("[".repeat(depth) + "]".repeat(depth));
    }
}
