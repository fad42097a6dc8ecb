package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kafka.KafkaRecord;
import dev.sluice.kafka.KafkaRecord.Header;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/// Makes events of the records of a topic: those that are CloudEvents 1.0 by the Kafka binding, binary or structured,
/// as
/// they are; every other one a `kafka.record`, whose id is its place, so that the same record is the same event.
final class KafkaEvents {
    static final String RECORD = "kafka.record";
    private static final String KEY = "partitionkey";
    private static final String HEADER = "ce_";
    private static final String CONTENT_TYPE = "content-type";
    private static final long YEAR_9999_MILLIS = 253_402_300_799_999L;
    private static final int KEY_CHARS_MAX = 1024;
    private static final Pattern PLAIN = Pattern.compile("[^\\p{Cntrl}]{1," + KEY_CHARS_MAX + "}");

    private final KafkaTerms terms;

    KafkaEvents(KafkaTerms terms) {
        this.terms = terms;
    }

    /// Nothing for one that is too large.
    Optional<CloudEvent> of(KafkaRecord one) {
        Bytes value = one.value().orElse(Bytes.EMPTY);
        if (value.length() > Emission.BYTES_MAX) {
            return Optional.empty();
        }
        Map<String, Bytes> headers = new HashMap<>();
        for (Header header : one.headers()) {
            headers.put(header.name().toLowerCase(Locale.ROOT), header.value());
        }
        String type = text(headers, CONTENT_TYPE);
        try {
            if (type.startsWith(CloudEvent.STRUCTURED)) {
                return Optional.of(keyed(CloudEvent.structured(CloudEvent.json(value)), one));
            }
            if (headers.containsKey(HEADER + "specversion")) {
                return Optional.of(keyed(binary(headers, type, value), one));
            }
        } catch (Rejection _) {
            // it says that it is a CloudEvent, and is none
        }
        return Optional.of(keyed(record(one, type, value), one));
    }

    private static CloudEvent binary(Map<String, Bytes> headers, String type, Bytes value) {
        var attributes = new TreeMap<String, String>();
        headers.keySet().stream()
                .filter(name -> name.startsWith(HEADER))
                .forEach(name -> attributes.put(name.substring(HEADER.length()), text(headers, name)));
        if (!type.isEmpty()) {
            attributes.put(CloudEvent.CONTENT_TYPE, type);
        }
        return CloudEvent.received(attributes, value);
    }

    private CloudEvent record(KafkaRecord one, String type, Bytes value) {
        var attributes = new TreeMap<String, String>();
        attributes.put("specversion", "1.0");
        attributes.put("type", RECORD);
        attributes.put("source", terms.source());
        attributes.put("id", terms.topic() + "-" + one.partition() + "-" + one.offset());
        if (one.millis() >= 0 && one.millis() <= YEAR_9999_MILLIS) {
            attributes.put("time", Instant.ofEpochMilli(one.millis()).toString());
        }
        String guessed = isJson(value)
                ? "application/json"
                : CloudEvent.isText(value) ? "text/plain" : "application/octet-stream";
        attributes.put(CloudEvent.CONTENT_TYPE, guessed);
        if (!type.isEmpty() && PLAIN.matcher(type).matches()) {
            attributes.put(CloudEvent.CONTENT_TYPE, type);
        }
        try {
            return CloudEvent.received(attributes, value);
        } catch (Rejection notOfThatType) {
            attributes.put(CloudEvent.CONTENT_TYPE, guessed);
            return CloudEvent.received(attributes, value);
        }
    }

    /// Records of one key are in one order.
    private static CloudEvent keyed(CloudEvent event, KafkaRecord one) {
        one.key()
                .filter(key -> key.length() > 0)
                .ifPresent(key -> event.attributes().putIfAbsent(KEY, name(key)));
        return event;
    }

    private static String name(Bytes key) {
        return CloudEvent.isText(key) && PLAIN.matcher(key.utf8()).matches()
                ? key.utf8()
                : Digest.of(key).hex();
    }

    private static String text(Map<String, Bytes> headers, String name) {
        Bytes value = headers.getOrDefault(name, Bytes.EMPTY);
        return CloudEvent.isText(value) ? value.utf8() : "";
    }

    private static boolean isJson(Bytes value) {
        try {
            return value.length() > 0
                    && !JsonBody.JSON.readTree(value.readOnlyArray()).isMissingNode();
        } catch (JacksonException notJson) {
            return false;
        }
    }
}
