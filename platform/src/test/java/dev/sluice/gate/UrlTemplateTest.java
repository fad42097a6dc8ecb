package dev.sluice.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.egress.Outbound;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UrlTemplateTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ftp://a.test/",
                "https://{a}.test/",
                "https://a.test:{p}/",
                "https://a.test:0/",
                "https://a.test:65536/",
                "https://u@a.test/",
                "https://a.test/#x",
                "https://a.test/a b",
                "https://a.test/a\r\nb",
                "https://a.test/\u00e4",
                "https://a.test/%2",
                "https://a.test/{",
                "https://a.test/{1a}",
                "https://a.test/..",
                "https://a.test/a/../b",
                "https://a.test/./b",
                "https://a.test/?a b=1",
                "https://a.test/?a=b c",
                "https://a.test/?a={b}\u00e4",
                "https://a.test/?{a}=1",
                "https://a.test/?{a}",
                "https://a.test/?a=1&{b}=2",
            })
    void whatIsNoUrl_isRefused(String text) {
        assertThatThrownBy(() -> UrlTemplate.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "https://a.test, /",
                "https://a.test/, /",
                "https://a.test?x={x}, /?x=v%2F1",
                "https://a.test/a/{x}/b, /a/v%2F1/b",
                "https://a.test/p-{x}.json?a=1&b={x}&c, /p-v%2F1.json?a=1&b=v%2F1&c",
                "https://a.test/?a=b=c/d?e, /?a=b=c/d?e",
                "https://a.test/%41//x, /%41//x",
            })
    void aUrl_isFilledIn(String text, String target) {
        UrlTemplate url = UrlTemplate.parse(text);
        assertThat(url.fill(text.contains("{x}") ? Map.of("x", "v/1") : Map.of()))
                .isEqualTo(target);
    }

    @Test
    void aUrl_isBounded() {
        String start = "https://a.test/";
        String longest = start + "x".repeat(UrlTemplate.TEXT_CHARS_MAX - start.length());
        assertThat(UrlTemplate.parse(longest).toString()).isEqualTo(longest);
        assertThatThrownBy(() -> UrlTemplate.parse(longest + "x")).isInstanceOf(IllegalArgumentException.class);
        var many = new StringBuilder(start);
        for (int i = 0; i < UrlTemplate.PARAMETERS_MAX; i++) {
            many.append("{p").append(i).append("}/");
        }
        assertThat(UrlTemplate.parse(many.toString()).parameters()).hasSize(UrlTemplate.PARAMETERS_MAX);
        assertThatThrownBy(() -> UrlTemplate.parse(many + "{more}")).hasMessageContaining("parameters");
    }

    @Test
    void whatIsFilledIn_isBounded() {
        UrlTemplate one = UrlTemplate.parse("https://a.test/?x={x}");
        String longest = "x".repeat(UrlTemplate.VALUE_CHARS_MAX);
        assertThat(one.fill(Map.of("x", longest))).endsWith(longest);
        assertThatThrownBy(() -> one.fill(Map.of("x", longest + "x"))).hasMessageContaining("too long");

        UrlTemplate several = UrlTemplate.parse("https://a.test/{a}/{b}/{c}");
        var values = new HashMap<String, String>(Map.of("a", longest, "b", longest, "c", longest));
        assertThat(several.fill(values)).hasSize(3 * (longest.length() + 1));
        values.replaceAll((_, _) -> "\u20ac".repeat(UrlTemplate.VALUE_CHARS_MAX));
        assertThat(9 * 3 * UrlTemplate.VALUE_CHARS_MAX).isGreaterThan(Outbound.TARGET_CHARS_MAX);
        assertThatThrownBy(() -> several.fill(values)).hasMessageContaining("too long");
    }

    @Test
    void oneText_isOneUrl() {
        UrlTemplate one = UrlTemplate.parse("https://a.test/x");
        assertThat(one).isEqualTo(UrlTemplate.parse("https://a.test/x")).hasSameHashCodeAs("https://a.test/x");
        assertThat(one).isNotEqualTo(UrlTemplate.parse("https://a.test/y"));
    }
}
