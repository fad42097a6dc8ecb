package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Event;
import dev.sluice.event.Sink;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An event as an HTTP message of CloudEvents 1.0. One of 0.1 becomes one of 1.0; extensions of it with names that 1.0
/// does not have are left out.
record SinkMessage(Map<String, String> headers, Bytes body) {
    private static final String VERSION = "1.0";
    private static final String CONTENT_TYPE = "content-type";
    private static final String JSON = "application/json";
    private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,20}");

    static SinkMessage of(Event event, Sink.Mode mode) {
        JsonNode data = JsonBody.JSON.readTree(event.data().readOnlyArray());
        return switch (mode) {
            case STRUCTURED -> structured(attributes(event), data, isBase64(event));
            case BINARY -> binary(attributes(event), data, isBase64(event));
        };
    }

    /// By the names of 1.0.
    static SortedMap<String, String> attributes(Event event) {
        var attributes = new TreeMap<String, String>();
        event.attributes().forEach((name, value) -> {
            if (NAME.matcher(name).matches() && !value.isEmpty()) {
                attributes.put(name, value);
            }
        });
        attributes.put("specversion", VERSION);
        return attributes;
    }

    private static SinkMessage structured(SortedMap<String, String> attributes, JsonNode data, boolean isBase64) {
        ObjectNode json = JsonBody.JSON.createObjectNode();
        attributes.forEach(json::put);
        if (isBase64) {
            json.set("data_base64", data);
        } else if (!data.isNull()) {
            json.set("data", data);
        }
        var body = Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(json));
        return new SinkMessage(Map.of(CONTENT_TYPE, CloudEvent.STRUCTURED + "; charset=UTF-8"), body);
    }

    /// The data alone, in the bytes of its content type.
    static Bytes data(Event event) {
        String type = event.attributes().getOrDefault(CloudEvent.CONTENT_TYPE, JSON);
        return body(type, JsonBody.JSON.readTree(event.data().readOnlyArray()), isBase64(event));
    }

    private static boolean isBase64(Event event) {
        return JsonBody.JSON
                .readTree(event.context().readOnlyArray())
                .path("dataEncoding")
                .asString("")
                .equals("base64");
    }

    private static SinkMessage binary(SortedMap<String, String> attributes, JsonNode data, boolean isBase64) {
        var headers = new HashMap<String, String>();
        attributes.forEach((name, value) -> {
            if (!name.equals(CloudEvent.CONTENT_TYPE)) {
                headers.put(CloudEvent.HEADERS + name, encoded(value));
            }
        });
        String type = attributes.getOrDefault(CloudEvent.CONTENT_TYPE, JSON);
        Bytes body = body(type, data, isBase64);
        if (body.length() > 0) {
            headers.put(CONTENT_TYPE, type);
        }
        return new SinkMessage(headers, body);
    }

    private static Bytes body(String type, JsonNode data, boolean isBase64) {
        if (data.isNull()) {
            return Bytes.EMPTY;
        }
        if (isBase64) {
            return Bytes.takeOver(Base64.getDecoder().decode(data.stringValue()));
        }
        return data.isString() && !CloudEvent.isJson(type)
                ? Bytes.utf8(data.stringValue())
                : Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(data));
    }

    /// What is no printable ASCII, and space, quote and percent, is percent-encoded (3.1.3.2 of the HTTP binding).
    private static String encoded(String value) {
        var out = new StringBuilder(value.length());
        for (byte one : value.getBytes(StandardCharsets.UTF_8)) {
            if (one > ' ' && one < 0x7f && one != '"' && one != '%') {
                out.append((char) one);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit((one >> 4) & 0xf, 16)))
                        .append(Character.toUpperCase(Character.forDigit(one & 0xf, 16)));
            }
        }
        return out.toString();
    }
}
