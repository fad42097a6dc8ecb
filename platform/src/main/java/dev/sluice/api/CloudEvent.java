package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Event;
import dev.sluice.label.Label;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// An event of CloudEvents 1.0, as its HTTP binding has it: structured, in a batch, or binary.
///
/// A function is told of it by the names of 0.1. Its input is the data, if that is JSON; else a text, or what is no
/// text in base64, and then the context says `"dataEncoding":"base64"`.
///
/// @param attributes with extensions
/// @param isBase64   whether the data is a text that stands for bytes
record CloudEvent(TreeMap<String, String> attributes, JsonNode data, boolean isBase64) {
    static final String STRUCTURED = "application/cloudevents+json";
    static final String BATCH = "application/cloudevents-batch+json";
    static final String HEADERS = "ce-";
    static final int BATCH_EVENTS_MAX = 100;
    private static final int ATTRIBUTES_MAX = 64;
    static final int NAME_CHARS_MAX = 20;
    private static final int TEXT_CHARS_MAX = 1024;
    private static final String VERSION = "1.0";
    static final String CONTENT_TYPE = "datacontenttype";
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+");
    private static final Pattern CONTROL = Pattern.compile(".*[\\p{Cntrl}\\x{D800}-\\x{DFFF}].*", Pattern.DOTALL);
    private static final Set<String> OWN =
            Set.of("specversion", "type", "source", "id", "time", "dataschema", "datacontenttype");

    /// @throws Rejection 400
    static CloudEvent structured(JsonNode json) {
        if (!json.isObject()) {
            throw invalid("an event is a JSON object");
        }
        var attributes = new TreeMap<String, String>();
        json.properties().forEach(member -> {
            JsonNode value = member.getValue();
            boolean isData = member.getKey().equals("data") || member.getKey().equals("data_base64");
            if (!isData && !value.isNull()) {
                if (!value.isString() && !value.isIntegralNumber() && !value.isBoolean()) {
                    throw invalid("the attribute " + shown(member.getKey()) + " is no text, integer or flag");
                }
                attributes.put(member.getKey(), value.asString());
            }
        });
        requireValid(attributes);
        JsonNode base64 = json.path("data_base64");
        if (base64.isMissingNode()) {
            JsonNode data = json.path("data");
            return new CloudEvent(attributes, data.isMissingNode() ? JsonBody.JSON.nullNode() : data, false);
        }
        if (json.has("data") || !base64.isString()) {
            throw invalid("data_base64 is a text, and stands without data");
        }
        try {
            return of(attributes, Bytes.takeOver(Base64.getDecoder().decode(base64.stringValue())));
        } catch (IllegalArgumentException wrong) {
            throw invalid("data_base64 is not base64");
        }
    }

    /// @throws Rejection 400
    static List<CloudEvent> batch(JsonNode json) {
        if (!json.isArray() || json.size() > BATCH_EVENTS_MAX) {
            throw invalid("a batch is a JSON array of at most " + BATCH_EVENTS_MAX + " events");
        }
        var all = new ArrayList<CloudEvent>();
        json.forEach(one -> all.add(structured(one)));
        return all;
    }

    /// @param headers by their names in lower case
    /// @throws Rejection 400
    static CloudEvent binary(Map<String, String> headers, Bytes body) {
        var attributes = new TreeMap<String, String>();
        headers.forEach((name, value) -> {
            if (name.startsWith(HEADERS)) {
                attributes.put(name.substring(HEADERS.length()), decoded(value));
            }
        });
        Optional.ofNullable(headers.get("content-type")).ifPresent(type -> attributes.put(CONTENT_TYPE, type));
        return received(attributes, body);
    }

    /// @param data empty for none
    /// @throws Rejection 400
    static CloudEvent received(TreeMap<String, String> attributes, Bytes data) {
        requireValid(attributes);
        return data.length() == 0 ? new CloudEvent(attributes, JsonBody.JSON.nullNode(), false) : of(attributes, data);
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw invalid("a ce- header is not percent-encoded as it should be");
        }
    }

    private static CloudEvent of(TreeMap<String, String> attributes, Bytes data) {
        if (isJson(attributes.getOrDefault(CONTENT_TYPE, "application/json"))) {
            return new CloudEvent(attributes, json(data), false);
        }
        return isText(data)
                ? new CloudEvent(attributes, StringNode.valueOf(data.utf8()), false)
                : new CloudEvent(
                        attributes, StringNode.valueOf(Base64.getEncoder().encodeToString(data.toArray())), true);
    }

    static boolean isText(Bytes data) {
        return Bytes.utf8(data.utf8()).equals(data);
    }

    static boolean isJson(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    /// @throws Rejection 400
    static JsonNode json(Bytes body) {
        try {
            return JsonBody.JSON.readTree(body.readOnlyArray());
        } catch (JacksonException wrong) {
            throw JsonBody.notJson();
        }
    }

    /// Whether an attribute may have that name.
    static boolean isName(String text) {
        return text.length() <= NAME_CHARS_MAX && NAME.matcher(text).matches();
    }

    private static void requireValid(TreeMap<String, String> attributes) {
        if (attributes.size() > ATTRIBUTES_MAX) {
            throw invalid("an event has at most " + ATTRIBUTES_MAX + " attributes");
        }
        attributes.forEach((name, value) -> {
            if (!isName(name)) {
                throw invalid("the attribute " + shown(name) + " has more than letters a to z and digits, or more than "
                        + NAME_CHARS_MAX);
            }
            if (value.length() > TEXT_CHARS_MAX || CONTROL.matcher(value).matches()) {
                throw invalid("the attribute " + name + " has more than " + TEXT_CHARS_MAX
                        + " characters, or control characters");
            }
        });
        for (String required : List.of("id", "source", "specversion", "type")) {
            if (attributes.getOrDefault(required, "").isEmpty()) {
                throw invalid("the attribute " + required + " is required");
            }
        }
        if (!VERSION.equals(attributes.get("specversion"))) {
            throw invalid("specversion must be " + VERSION);
        }
        try {
            Optional.ofNullable(attributes.get("time")).ifPresent(OffsetDateTime::parse);
        } catch (DateTimeParseException wrong) {
            throw invalid("time is no time of RFC 3339");
        }
    }

    Event event(Label label) {
        return new Event(label, attributes, context(), bytes(data));
    }

    private Bytes context() {
        ObjectNode context = JsonBody.JSON.createObjectNode();
        context.put("eventType", text("type")).put("eventTypeVersion", "");
        context.put("cloudEventsVersion", VERSION).put("source", text("source"));
        context.put("eventID", text("id")).put("eventTime", text("time"));
        context.put("schemaURL", text("dataschema")).put("contentType", text(CONTENT_TYPE));
        ObjectNode extensions = JsonBody.JSON.createObjectNode();
        attributes.forEach((name, value) -> {
            if (!OWN.contains(name)) {
                extensions.put(name, value);
            }
        });
        context.set("extensions", extensions);
        context.putNull("data");
        if (isBase64) {
            context.put("dataEncoding", "base64");
        }
        return bytes(context);
    }

    private String text(String attribute) {
        return attributes.getOrDefault(attribute, "");
    }

    private static Bytes bytes(JsonNode json) {
        return Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(json));
    }

    private static String shown(String name) {
        return name.length() > NAME_CHARS_MAX ? name.substring(0, NAME_CHARS_MAX) + "..." : name;
    }

    private static Rejection invalid(String why) {
        return Rejection.of(400, "Error validating event: " + why);
    }
}
