package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RunRequestTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"input\":{\"a\" : [1, 2]},\"blocking\":true}~{\"a\" : [1, 2]}",
                "{\"input\":42}~42",
                "{\"input\": -1.5e3 }~-1.5e3",
                "{\"input\":\"text\"}~\"text\"",
                "{\"input\":\"日 \\u0041\\\"\"}~\"日 \\u0041\\\"\"",
                "{\"input\":true}~true",
                "{\"input\" :null , \"x\":[{}]}~null",
                "{\"input\":[]}~[]",
                "{}~null",
                "{\"other\":{\"input\":1},\"input\":2}~2",
            })
    void theInput_isCutOutAsItIs(String body, String input) {
        assertThat(RunRequest.parse(Bytes.utf8(body)).input().utf8()).isEqualTo(input);
    }

    @Test
    void theOtherFields_areRead() {
        RunRequest request =
                RunRequest.parse(Bytes.utf8("{\"blocking\":true,\"secrets\":[\"a\",\"b\"],\"services\":null}"));
        assertThat(request.blocking()).isTrue();
        assertThat(request.secrets()).isEqualTo(List.of("a", "b"));
        assertThat(RunRequest.parse(Bytes.utf8("{\"secrets\":null}")).blocking())
                .isFalse();
    }

    @Test
    void tags_areAMap_andBounded() {
        assertThat(tags("[{\"key\":\"a\",\"value\":\"1\"},{\"value\":\"2\",\"key\":\"a\",\"x\":[{}]},{}]")
                        .tags())
                .isEqualTo(Map.of("a", "2", "", ""));
        assertThat(tags("null").tags()).isEmpty();
        for (String wrong : List.of("{}", "[1]", "[{\"key\":1}]", "[{\"key\":\"" + "x".repeat(257) + "\"}]")) {
            assertThatThrownBy(() -> tags(wrong)).as(wrong).isInstanceOf(Rejection.class);
        }
        String many =
                IntStream.range(0, 65).mapToObj(i -> "{\"key\":\"" + i + "\"}").collect(Collectors.joining(","));
        assertThatThrownBy(() -> tags("[" + many + "]")).isInstanceOf(Rejection.class);
    }

    private static RunRequest tags(String tags) {
        return RunRequest.parse(Bytes.utf8("{\"tags\":" + tags + "}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{}x",
                "{\"input\":}",
                "{\"input\":{]}",
                "{\"input\":01}",
                "{\"input\":\"\u0001\"}",
                "[",
                "nul",
                "{\"input\":tru}",
                "{\"input\":1 2}",
                "{\"input\":{\"a\":1,}}",
                "{'input':1}",
                "{\"input\":NaN}",
            })
    void whatIsNotJson_is400(String body) {
        assertRejected(Bytes.utf8(body), 400);
    }

    @Test
    void whatIsNotUtf8_is400() {
        byte[] body = "{\"input\":\"?\"}".getBytes(StandardCharsets.US_ASCII);
        body[10] = (byte) 0xff;
        assertRejected(Bytes.takeOver(body), 400);
        byte[] overlong = "{\"input\":\"??\"}".getBytes(StandardCharsets.US_ASCII);
        overlong[10] = (byte) 0xc0;
        overlong[11] = (byte) 0xaf;
        assertRejected(Bytes.takeOver(overlong), 400);
        assertRejected(Bytes.takeOver("{\"input\":1}".getBytes(StandardCharsets.UTF_16LE)), 400);
        assertRejected(Bytes.utf8("\uFEFF{\"input\":1}"), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"blocking\":1}", "{\"blocking\":\"true\"}", "{\"secrets\":1}", "{\"secrets\":[1]}"})
    void aFieldOfTheWrongType_is422(String body) {
        assertRejected(Bytes.utf8(body), 422);
    }

    @Test
    void noBody_is422_andTooDeepOnes400() {
        assertRejected(Bytes.EMPTY, 422);
        assertRejected(Bytes.utf8("{\"input\":" + "[".repeat(300) + "]".repeat(300) + "}"), 400);
    }

    @Test
    void anyBytes_areARequestOrOneRejection() {
        byte[] good = "{\"blocking\":true,\"input\":{\"k\":[1,\"é\",null]},\"secrets\":[\"s\"]}"
                .getBytes(StandardCharsets.UTF_8);
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = good.clone();
            for (int change = random.nextInt(1, 5); change > 0; change--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(RunRequest.parse(Bytes.takeOver(changed)).input().length())
                        .isPositive();
            } catch (Rejection expected) {
                assertThat(expected.response().status()).isIn(400, 422);
            }
        }
    }

    private static void assertRejected(Bytes body, int status) {
        assertThatThrownBy(() -> RunRequest.parse(body))
                .isInstanceOfSatisfying(
                        Rejection.class,
                        rejection -> assertThat(rejection.response().status()).isEqualTo(status));
    }
}
