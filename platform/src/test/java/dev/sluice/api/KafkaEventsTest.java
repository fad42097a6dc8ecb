package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Event;
import dev.sluice.kafka.KafkaRecord;
import dev.sluice.kafka.KafkaRecord.Header;
import dev.sluice.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which events records become.
final class KafkaEventsTest {
    private static final Label LABEL = Label.parse("acme/event,T");
    private final KafkaEvents events =
            new KafkaEvents(KafkaTerms.of(Map.of("brokers", "b:9092,c:1", "topic", "orders"), KafkaTerms.OF_A_SOURCE));

    @Test
    void aRecord_isAnEvent_namedByItsPlace() {
        Event event = event(one("k", "{\"n\":7}"));
        assertThat(event.attributes())
                .containsEntry("type", "kafka.record")
                .containsEntry("source", "kafka://b:9092/orders")
                .containsEntry("id", "orders-3-41")
                .containsEntry("time", "1970-01-01T00:00:01Z")
                .containsEntry("datacontenttype", "application/json")
                .containsEntry("partitionkey", "k");
        assertThat(event.data().utf8()).isEqualTo("{\"n\":7}");
        assertThat(event.label()).isEqualTo(LABEL);
        assertThat(event(one("k", "other")).id()).as("the same place").isEqualTo(event.id());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain text|\"plain text\"|text/plain",
                "7|7|application/json",
                "über|\"über\"|text/plain",
                "{\"a\":1|\"{\\\"a\\\":1\"|text/plain",
            })
    void aValue_isWhatItLooksLike(String value, String data, String type) {
        Event event = event(one("", value));
        assertThat(event.data().utf8()).isEqualTo(data);
        assertThat(event.attributes()).containsEntry("datacontenttype", type).doesNotContainKey("partitionkey");
    }

    @Test
    void bytes_areBase64_andNothingIsNull() {
        Event bytes = event(new KafkaRecord(
                0,
                0,
                0,
                Optional.of(Bytes.copyOf(new byte[] {-1})),
                Optional.of(Bytes.copyOf(new byte[] {-1, 0})),
                List.of()));
        assertThat(bytes.data().utf8()).isEqualTo("\"/wA=\"");
        assertThat(bytes.context().utf8()).contains("\"dataEncoding\":\"base64\"");
        assertThat(bytes.key().orElseThrow()).matches("[0-9a-f]{64}");
        Event none = event(new KafkaRecord(0, 0, -1, Optional.empty(), Optional.empty(), List.of()));
        assertThat(none.data().utf8()).isEqualTo("null");
        assertThat(none.attributes()).doesNotContainKeys("time", "partitionkey");
    }

    @Test
    void aCloudEvent_isItself_binaryAndStructured() {
        Event binary = event(one(
                "k",
                "<a/>",
                "ce_specversion",
                "1.0",
                "ce_type",
                "a.b",
                "ce_source",
                "/s",
                "ce_id",
                "1 %41",
                "ce_x",
                "ü",
                "content-type",
                "text/xml"));
        assertThat(binary.attributes())
                .containsEntry("type", "a.b")
                .containsEntry("source", "/s")
                .containsEntry("id", "1 %41")
                .containsEntry("x", "ü")
                .containsEntry("partitionkey", "k");
        assertThat(binary.data().utf8()).isEqualTo("\"<a/>\"");
        String json =
                "{\"specversion\":\"1.0\",\"type\":\"c\",\"source\":\"/s\",\"id\":\"2\",\"partitionkey\":\"own\",\"data\":[1]}";
        Event structured = event(one("k", json, "content-type", "application/cloudevents+json; charset=UTF-8"));
        assertThat(structured.type()).isEqualTo("c");
        assertThat(structured.key()).contains("own");
        assertThat(structured.data().utf8()).isEqualTo("[1]");
    }

    @Test
    void whatSaysThatItIsACloudEvent_andIsNone_isARecord() {
        assertThat(event(one("k", "x", "ce_specversion", "1.0", "ce_type", "a.b"))
                        .type())
                .isEqualTo("kafka.record");
        assertThat(event(one("k", "{", "content-type", "application/cloudevents+json"))
                        .type())
                .isEqualTo("kafka.record");
        assertThat(event(one("k", "x", "content-type", "application/json")).attributes())
                .containsEntry("datacontenttype", "text/plain");
    }

    @Test
    void whatIsTooLarge_isLeftOut() {
        var large = Bytes.takeOver(new byte[Emission.BYTES_MAX + 1]);
        assertThat(events.of(new KafkaRecord(0, 0, 0, Optional.empty(), Optional.of(large), List.of())))
                .isEmpty();
    }

    /// Whatever a record holds, it is an event that can be kept.
    @Test
    void anyRecord_isAnEvent() {
        var random = new Random(1);
        List<String> names =
                List.of("ce_specversion", "ce_type", "ce_id", "ce_source", "ce_time", "content-type", "ce_\u0000");
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            List<Header> headers = names.stream()
                    .filter(_ -> random.nextBoolean())
                    .map(name -> new Header(name, random.nextBoolean() ? Bytes.utf8("1.0") : Bytes.copyOf(bytes)))
                    .toList();
            var one = new KafkaRecord(
                    random.nextInt(),
                    random.nextLong(),
                    random.nextLong(),
                    Optional.of(Bytes.copyOf(bytes)),
                    Optional.of(Bytes.copyOf(bytes)),
                    headers);
            assertThat(event(one).id()).isNotEmpty();
        }
    }

    private Event event(KafkaRecord one) {
        return events.of(one).orElseThrow().event(LABEL);
    }

    private static KafkaRecord one(String key, String value, String... headers) {
        List<Header> all = new ArrayList<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.add(new Header(headers[i], Bytes.utf8(headers[i + 1])));
        }
        return new KafkaRecord(3, 41, 1000, Optional.of(Bytes.utf8(key)), Optional.of(Bytes.utf8(value)), all);
    }
}
