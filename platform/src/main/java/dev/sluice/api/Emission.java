package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Event;
import dev.sluice.label.Label;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An event that somebody emits: CloudEvents 0.1.
///
/// Source: contracts/dispatch.md 6.
///
/// @param json with the members that such an event has, and no other
record Emission(JsonNode json) {
    static final int BYTES_MAX = 1 << 20;
    private static final int TEXT_CHARS_MAX = 1024;
    private static final String VERSION = "0.1";
    private static final int EXTENSIONS_MAX = 64;
    private static final String EXTENSIONS = "extensions";
    private static final String DATA = "data";
    private static final Bytes NULL = Bytes.utf8("null");
    private static final List<String> MEMBERS = List.of(
            "eventType",
            "eventTypeVersion",
            "cloudEventsVersion",
            "source",
            "eventID",
            "eventTime",
            "schemaURL",
            "contentType",
            EXTENSIONS,
            DATA);

    /// The members that are attributes, by what CloudEvents 1.0 calls them.
    private static final Map<String, String> ATTRIBUTES = Map.of(
            "specversion",
            "cloudEventsVersion",
            "type",
            "eventType",
            "eventtypeversion",
            "eventTypeVersion",
            "source",
            "source",
            "id",
            "eventID",
            "time",
            "eventTime",
            "dataschema",
            "schemaURL",
            "datacontenttype",
            "contentType");

    /// @throws Rejection 400, 422
    static Emission parse(Bytes body) {
        JsonBody fields = JsonBody.parse(body);
        String version = required(fields, "cloudEventsVersion");
        text(fields, "contentType");
        required(fields, "eventID");
        requireTime(text(fields, "eventTime"));
        fields.matching("eventType", SubscriptionWish.EVENT_TYPE, SubscriptionWish.EVENT_TYPE_CHARS_MAX);
        text(fields, "eventTypeVersion");
        requireExtensions(fields.field("extensions"));
        requireUri(text(fields, "schemaURL"));
        required(fields, "source");
        if (!version.equals(VERSION)) {
            throw Rejection.of(400, "Error validating event: cloudEventsVersion must be " + VERSION);
        }
        return new Emission(known(fields));
    }

    /// The event, as one of CloudEvents 1.0: its extensions are attributes if they are texts, numbers or flags.
    Event event(Label label) {
        var attributes = new TreeMap<String, String>();
        ATTRIBUTES.forEach((name, member) -> {
            String value = json.path(member).asString("");
            if (!value.isEmpty()) {
                attributes.put(name, value);
            }
        });
        json.path("extensions").properties().forEach(extension -> {
            JsonNode value = extension.getValue();
            if (value.isValueNode() && !value.isNull()) {
                attributes.putIfAbsent(extension.getKey().toLowerCase(Locale.ROOT), value.asString());
            }
        });
        JsonNode data = json.path("data");
        return new Event(label, attributes, context(), data.isMissingNode() ? NULL : bytes(data));
    }

    /// What a function is told: all members, and no data.
    private Bytes context() {
        ObjectNode context = JsonBody.JSON.createObjectNode();
        for (String member : MEMBERS) {
            JsonNode value = json.path(member);
            if (member.equals(DATA) || (value.isMissingNode() && member.equals(EXTENSIONS))) {
                context.putNull(member);
            } else if (value.isMissingNode()) {
                context.put(member, "");
            } else {
                context.set(member, value);
            }
        }
        return bytes(context);
    }

    /// As it is answered.
    Bytes print() {
        return bytes(json);
    }

    private static Bytes bytes(JsonNode json) {
        return Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(json));
    }

    private static void requireExtensions(Optional<JsonNode> extensions) {
        extensions.ifPresent(value -> {
            if (!value.isObject()) {
                throw JsonBody.wrongType(EXTENSIONS, "object", value);
            }
            if (value.size() > EXTENSIONS_MAX) {
                throw Rejection.of(422, 603, "extensions in body should be at most " + EXTENSIONS_MAX);
            }
            value.properties().forEach(one -> {
                requireShort("extensions", one.getKey());
                requireShort("extensions." + one.getKey(), one.getValue().asString(""));
            });
        });
    }

    private static ObjectNode known(JsonBody fields) {
        ObjectNode event = JsonBody.JSON.createObjectNode();
        MEMBERS.forEach(member -> fields.field(member).ifPresent(value -> event.set(member, value)));
        return event;
    }

    private static String required(JsonBody fields, String name) {
        String text = fields.requiredText(name);
        requireShort(name, text);
        return text;
    }

    private static String text(JsonBody fields, String name) {
        String text = fields.text(name).orElse("");
        requireShort(name, text);
        return text;
    }

    private static void requireShort(String name, String text) {
        if (text.length() > TEXT_CHARS_MAX) {
            throw Rejection.of(422, 603, name + " in body should be at most " + TEXT_CHARS_MAX + " chars long");
        }
    }

    private static void requireTime(String text) {
        if (text.isEmpty()) {
            return;
        }
        try {
            OffsetDateTime.parse(text);
        } catch (DateTimeParseException wrong) {
            throw JsonBody.wrongType("eventTime", "date-time", text);
        }
    }

    private static void requireUri(String text) {
        if (text.isEmpty()) {
            return;
        }
        try {
            new URI(text);
        } catch (URISyntaxException wrong) {
            throw JsonBody.wrongType("schemaURL", "uri", text);
        }
    }
}
