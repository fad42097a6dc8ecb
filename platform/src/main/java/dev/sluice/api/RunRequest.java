package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// The body of an execution. On the hot path: the input is checked to be JSON and cut out of the body, never built.
///
/// @param input JSON; `null` if there is none
/// @param tags  by key; of several of one key the last
/// @param inputRef the id of a blob that the function reads beside its input
record RunRequest(
        boolean blocking,
        Bytes input,
        List<String> secrets,
        SortedMap<String, String> tags,
        Optional<String> inputRef) {
    static final int BYTES_MAX = 6 << 20;
    private static final int SECRETS_MAX = 24;
    private static final int TAGS_MAX = 64;
    private static final int TAG_CHARS_MAX = 256;
    private static final Bytes NULL = Bytes.utf8("null");

    /// @throws Rejection 400, 422
    static RunRequest parse(Bytes body) {
        if (body.length() == 0) {
            throw Rejection.of(422, 602, "body in body is required");
        }
        if (!Json.isUtf8(body)) {
            throw JsonBody.notJson();
        }
        try (JsonParser in = JsonBody.FACTORY.createParser(ObjectReadContext.empty(), body.readOnlyArray())) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw Rejection.of(400, "Bad Request: Invalid Payload");
            }
            RunRequest request = fields(in, body);
            if (in.nextToken() != null) {
                throw JsonBody.notJson();
            }
            return request;
        } catch (JacksonException wrong) {
            throw JsonBody.notJson();
        }
    }

    private static RunRequest fields(JsonParser in, Bytes body) {
        boolean blocking = false;
        Bytes input = NULL;
        List<String> secrets = List.of();
        SortedMap<String, String> tags = Collections.emptySortedMap();
        Optional<String> inputRef = Optional.empty();
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = in.currentName();
            JsonToken value = in.nextToken();
            switch (name) {
                case "blocking" -> blocking = flag(value);
                case "input" -> input = raw(in, body);
                case "secrets" -> secrets = texts(in, value);
                case "tags" -> tags = tags(in, value);
                case "inputRef" -> inputRef = textOrNone(in, value);
                default -> in.skipChildren();
            }
        }
        return new RunRequest(blocking, input, secrets, tags, inputRef);
    }

    /// The text of the value that the parser stands at.
    private static Bytes raw(JsonParser in, Bytes body) {
        int from = Math.toIntExact(in.currentTokenLocation().getByteOffset());
        in.skipChildren();
        in.finishToken();
        int to = Math.toIntExact(in.currentLocation().getByteOffset());
        return body.slice(from, to);
    }

    private static boolean flag(JsonToken value) {
        return switch (value) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw JsonBody.wrongType("blocking", "boolean", "another");
        };
    }

    private static List<String> texts(JsonParser in, JsonToken value) {
        if (value == JsonToken.VALUE_NULL) {
            return List.of();
        }
        if (value != JsonToken.START_ARRAY) {
            throw JsonBody.wrongType("secrets", "array", "another");
        }
        List<String> texts = new ArrayList<>();
        while (in.nextToken() == JsonToken.VALUE_STRING) {
            texts.add(in.getString());
        }
        if (in.currentToken() != JsonToken.END_ARRAY || texts.size() > SECRETS_MAX) {
            throw JsonBody.wrongType("secrets", "array of string", "another");
        }
        return texts;
    }

    /// As Dispatch's client writes what is not there: null, or an empty text.
    private static Optional<String> textOrNone(JsonParser in, JsonToken value) {
        if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
            throw JsonBody.wrongType("inputRef", "string", "another");
        }
        return value == JsonToken.VALUE_NULL
                ? Optional.empty()
                : Optional.of(in.getString()).filter(text -> !text.isEmpty());
    }

    private static SortedMap<String, String> tags(JsonParser in, JsonToken value) {
        SortedMap<String, String> tags = new TreeMap<>();
        if (value == JsonToken.VALUE_NULL) {
            return tags;
        }
        if (value != JsonToken.START_ARRAY) {
            throw JsonBody.wrongType("tags", "array", "another");
        }
        while (in.nextToken() == JsonToken.START_OBJECT) {
            String key = "";
            String text = "";
            while (in.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = in.currentName();
                JsonToken part = in.nextToken();
                switch (name) {
                    case "key" -> key = tag(in, part);
                    case "value" -> text = tag(in, part);
                    default -> in.skipChildren();
                }
            }
            tags.put(key, text);
        }
        if (in.currentToken() != JsonToken.END_ARRAY) {
            throw JsonBody.wrongType("tags", "array of object", "another");
        }
        if (tags.size() > TAGS_MAX) {
            throw Rejection.of(422, 603, "tags in body should have at most " + TAGS_MAX + " items");
        }
        return tags;
    }

    private static String tag(JsonParser in, JsonToken value) {
        if (value == JsonToken.VALUE_NULL) {
            return "";
        }
        if (value != JsonToken.VALUE_STRING) {
            throw JsonBody.wrongType("tags", "array of pairs of string", "another");
        }
        String text = in.getString();
        if (text.length() > TAG_CHARS_MAX) {
            throw Rejection.of(422, 603, "tags in body should be at most " + TAG_CHARS_MAX + " characters each");
        }
        return text;
    }
}
