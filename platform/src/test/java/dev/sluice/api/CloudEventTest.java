package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Event;
import dev.sluice.label.Label;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Events of CloudEvents 1.0; the examples are those of its specification.
final class CloudEventTest {
    private static final Label LABEL = Label.parse("acme/event,T");
    private static final String FOUR = "\"specversion\":\"1.0\",\"type\":\"com.example.someevent\","
            + "\"source\":\"/mycontext\",\"id\":\"C234-1234-1234\"";

    @Test
    void aStructuredEvent_isToldByTheNamesThatFunctionsKnow() {
        Event event = structured("{" + FOUR + ",\"time\":\"2018-04-05T17:31:00Z\",\"comexampleextension1\":\"value\","
                        + "\"comexampleothervalue\":5,\"datacontenttype\":\"application/vnd.apache.thrift.binary\","
                        + "\"data_base64\":\"/+8=\"}")
                .event(LABEL);
        assertThat(event.context().utf8())
                .isEqualTo("{\"eventType\":\"com.example.someevent\",\"eventTypeVersion\":\"\","
                        + "\"cloudEventsVersion\":\"1.0\",\"source\":\"/mycontext\",\"eventID\":\"C234-1234-1234\","
                        + "\"eventTime\":\"2018-04-05T17:31:00Z\",\"schemaURL\":\"\","
                        + "\"contentType\":\"application/vnd.apache.thrift.binary\",\"extensions\":"
                        + "{\"comexampleextension1\":\"value\",\"comexampleothervalue\":\"5\"},\"data\":null,"
                        + "\"dataEncoding\":\"base64\"}");
        assertThat(event.data().utf8()).isEqualTo("\"/+8=\"");
        assertThat(event.attributes()).containsEntry("comexampleothervalue", "5");
        assertThat(event.label()).isEqualTo(LABEL);
    }

    @Test
    void data_isJson_orAText() {
        assertThat(data("{" + FOUR + ",\"data\":{\"a\":[1]}}")).isEqualTo("{\"a\":[1]}");
        assertThat(data("{" + FOUR + ",\"datacontenttype\":\"text/xml\",\"data\":\"<a/>\"}"))
                .isEqualTo("\"<a/>\"");
        assertThat(data("{" + FOUR + "}")).isEqualTo("null");
        assertThat(data("{" + FOUR + ",\"data_base64\":\"eyJhIjoxfQ==\"}")).isEqualTo("{\"a\":1}");
        assertThat(data("{" + FOUR + ",\"datacontenttype\":\"text/plain\",\"data_base64\":\"aGk=\"}"))
                .isEqualTo("\"hi\"");
    }

    @Test
    void aBinaryEvent_hasItsAttributesInHeaders_escapedAsUris() {
        Event event = CloudEvent.binary(
                        Map.of(
                                "ce-specversion", "1.0",
                                "ce-type", "a.b",
                                "ce-source", "/c%C3%A4+b",
                                "ce-id", "1",
                                "ce-partitionkey", "k",
                                "content-type", "application/json; charset=utf-8",
                                "authorization", "Bearer secret"),
                        Bytes.utf8("{\"n\":1}"))
                .event(LABEL);
        assertThat(event.source()).isEqualTo("/cä+b");
        assertThat(event.key()).contains("k");
        assertThat(event.data().utf8()).isEqualTo("{\"n\":1}");
        assertThat(event.context().utf8()).doesNotContain("secret");
    }

    @Test
    void aBatch_isOneEventAfterTheOther_andNotTooMany() {
        String one = "{" + FOUR + "}";
        assertThat(CloudEvent.batch(CloudEvent.json(Bytes.utf8("[" + one + "," + one + "]"))))
                .hasSize(2);
        assertThat(CloudEvent.batch(CloudEvent.json(Bytes.utf8("[]")))).isEmpty();
        String tooMany = "[" + (one + ",").repeat(CloudEvent.BATCH_EVENTS_MAX) + one + "]";
        refused(() -> CloudEvent.batch(CloudEvent.json(Bytes.utf8(tooMany))));
        refused(() -> CloudEvent.batch(CloudEvent.json(Bytes.utf8("[" + one + ",{}]"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "1",
                "",
                "{",
                "{}",
                "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"s\"}",
                "{\"specversion\":\"0.3\",\"type\":\"a\",\"source\":\"s\",\"id\":\"1\"}",
                "{FOUR,\"time\":\"yesterday\"}",
                "{FOUR,\"UPPER\":\"x\"}",
                "{FOUR,\"waytoolongattributename\":\"x\"}",
                "{FOUR,\"object\":{}}",
                "{FOUR,\"fraction\":1.5}",
                "{FOUR,\"control\":\"\\u0000\"}",
                "{FOUR,\"data\":1,\"data_base64\":\"aGk=\"}",
                "{FOUR,\"data_base64\":\"???\"}",
                "{FOUR,\"data_base64\":1}",
                "{FOUR,\"data_base64\":\"aGk=\"}",
                "{FOUR,\"lone\":\"\\ud800\"}",
            })
    void whatIsNoEvent_isRefused(String text) {
        refused(() -> structured(text.replace("FOUR", FOUR)).event(LABEL));
    }

    /// Any bytes are an event, or are refused: nothing else is thrown.
    @Test
    void anyText_isAnEventOrRefused() {
        var random = new Random(7);
        String good = "{" + FOUR + ",\"data\":{\"a\":[1,\"x\"]},\"ext\":true}";
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Bytes.utf8(good).toArray();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                CloudEvent.structured(CloudEvent.json(Bytes.takeOver(bytes))).event(LABEL);
            } catch (Rejection expected) {
                assertThat(expected.response().status()).isEqualTo(400);
            }
        }
    }

    private static CloudEvent structured(String text) {
        return CloudEvent.structured(CloudEvent.json(Bytes.utf8(text)));
    }

    private static String data(String text) {
        return structured(text).event(LABEL).data().utf8();
    }

    private static void refused(ThrowingCallable parsing) {
        assertThatExceptionOfType(Rejection.class)
                .isThrownBy(parsing)
                .satisfies(rejection -> assertThat(List.of(400, 422))
                        .contains(rejection.response().status()));
    }
}
