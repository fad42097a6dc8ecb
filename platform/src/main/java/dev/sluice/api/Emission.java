package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// An event that somebody emits: CloudEvents 0.1.
///
/// Source: contracts/dispatch.md 6.
///
/// @param json with the members that such an event has, and no other
record Emission(String eventType, Bytes json) {
    static final int BYTES_MAX = 1 << 20;
    private static final int TEXT_CHARS_MAX = 1024;
    private static final String VERSION = "0.1";
    private static final List<String> MEMBERS = List.of(
            "eventType",
            "eventTypeVersion",
            "cloudEventsVersion",
            "source",
            "eventID",
            "eventTime",
            "schemaURL",
            "contentType",
            "extensions",
            "data");

    /// @throws Rejection 400, 422
    static Emission parse(Bytes body) {
        JsonBody fields = JsonBody.parse(body);
        String version = required(fields, "cloudEventsVersion");
        text(fields, "contentType");
        required(fields, "eventID");
        requireTime(text(fields, "eventTime"));
        String eventType =
                fields.matching("eventType", SubscriptionWish.EVENT_TYPE, SubscriptionWish.EVENT_TYPE_CHARS_MAX);
        text(fields, "eventTypeVersion");
        fields.field("extensions").filter(value -> !value.isObject()).ifPresent(value -> {
            throw JsonBody.wrongType("extensions", "object", value);
        });
        requireUri(text(fields, "schemaURL"));
        required(fields, "source");
        if (!version.equals(VERSION)) {
            throw Rejection.of(400, "Error validating event: cloudEventsVersion must be " + VERSION);
        }
        return new Emission(eventType, known(fields));
    }

    private static Bytes known(JsonBody fields) {
        ObjectNode event = JsonBody.JSON.createObjectNode();
        MEMBERS.forEach(member -> fields.field(member).ifPresent(value -> event.set(member, value)));
        return Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(event));
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
