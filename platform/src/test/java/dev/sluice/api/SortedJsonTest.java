package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

final class SortedJsonTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "1 | 1",
                "-1.50e+3 | -1.50e+3",
                "null | null",
                " true  | true",
                "\"a b\" | \"a b\"",
                "\"\\u0041\\ud800\" | \"\\u0041\\ud800\"",
                "[ ] | []",
                "{ } | {}",
                "[1 , 2,[ 3 ],{}] | [1,2,[3],{}]",
                "{\"b\": 1, \"a\" :2 } | {\"a\":2,\"b\":1}",
                "{\"b\":{\"d\":[{\"y\":0,\"x\":\"é\"}],\"c\":0},\"a\":2} | {\"a\":2,\"b\":{\"c\":0,\"d\":[{\"x\":\"é\",\"y\":0}]}}",
                "{\"\\u0062\":1,\"a\":2} | {\"a\":2,\"b\":1}",
                "{\"aa\":1,\"a\":2,\"\":3} | {\"\":3,\"a\":2,\"aa\":1}",
                "{\"a\":{\"x\":1},\"b\":{\"x\":2}} | {\"a\":{\"x\":1},\"b\":{\"x\":2}}",
            })
    void members_areSorted_andSpacesDropped(String given, String sorted) {
        assertThat(SortedJson.of(Bytes.utf8(given)).utf8()).isEqualTo(sorted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"a\":1",
                "{a:1}",
                "[1,]",
                "1 2",
                "NaN",
                "'a'",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"b\":0,\"\\u0061\":2}",
                "[{\"x\":{\"y\":1,\"y\":1}}]"
            })
    void anythingElse_isRefused(String text) {
        assertThatThrownBy(() -> SortedJson.of(Bytes.utf8(text)))
                .isInstanceOfSatisfying(
                        Rejection.class,
                        rejection -> assertThat(rejection.response().status()).isEqualTo(400));
    }

    @Test
    void tooManyMembers_areRefused() {
        String one = "{\"a\":1},";
        String enough = "[" + one.repeat(SortedJson.MEMBERS_MAX - 1) + "{\"a\":1}]";
        assertThat(SortedJson.of(Bytes.utf8(enough)).utf8()).isEqualTo(enough);
        String tooMany = "[" + one.repeat(SortedJson.MEMBERS_MAX) + "{\"a\":1}]";
        assertThatThrownBy(() -> SortedJson.of(Bytes.utf8(tooMany))).isInstanceOf(Rejection.class);
    }

    @Test
    void whatItMeans_staysTheSame_andSortingTwiceChangesNothing() {
        var random = new Random(11);
        for (int round = 0; round < 2_000; round++) {
            String text = random(random, 4);
            Bytes sorted = SortedJson.of(Bytes.utf8(text));
            assertThat(JSON.readTree(sorted.utf8())).isEqualTo(JSON.readTree(text));
            assertThat(SortedJson.of(sorted)).isEqualTo(sorted);
        }
    }

    private static String random(Random random, int depth) {
        int kind = random.nextInt(depth == 0 ? 2 : 4);
        var text = new StringBuilder();
        switch (kind) {
            case 0 -> text.append(random.nextInt());
            case 1 ->
                text.append("\"").append((char) ('a' + random.nextInt(26))).append(" \\n\"");
            case 2 -> {
                text.append("[ ");
                for (int i = random.nextInt(4); i > 0; i--) {
                    text.append(random(random, depth - 1)).append(" ,");
                }
                text.append("0]");
            }
            default -> {
                text.append("{");
                for (int i = random.nextInt(5); i > 0; i--) {
                    String name = Integer.toString(random.nextInt(100), 3) + i;
                    text.append("\"x").append(name).append("-").append(i).append("\": ");
                    text.append(random(random, depth - 1)).append(",\n");
                }
                text.append("\"m\":0}");
            }
        }
        return text.toString();
    }
}
