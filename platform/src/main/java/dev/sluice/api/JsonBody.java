package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A JSON object that a client sent, and the words in which Dispatch's server refuses its fields.
final class JsonBody {
    private static final StreamReadConstraints BOUNDS =
            StreamReadConstraints.builder().maxNestingDepth(256).build();

    /// For bodies that are only looked through: fields twice are not noticed. Its parsers know byte
    /// offsets, which they would not if names were not canonicalized.
    static final JsonFactory FACTORY =
            JsonFactory.builder().streamReadConstraints(BOUNDS).build();

    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(BOUNDS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    static final int NAME_CHARS_MAX = 128;
    private static final int LIST_MAX = 100;
    private static final int SHOWN_CHARS_MAX = 64;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]*");
    private static final Pattern DRIVER_NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}");
    private static final List<String> STATUSES =
            List.of("INITIALIZED", "CREATING", "READY", "UPDATING", "ERROR", "DELETING");

    private final JsonNode json;

    JsonBody(JsonNode json) {
        this.json = json;
    }

    /// @throws Rejection 400 for what is not JSON, 422 for what is not an object
    static JsonBody parse(Bytes body) {
        if (body.length() == 0) {
            throw Rejection.of(422, 602, "body in body is required");
        }
        try {
            return ofObject(JSON.readTree(body.readOnlyArray()));
        } catch (JacksonException wrong) {
            throw notJson();
        }
    }

    static JsonBody ofObject(JsonNode json) {
        if (!json.isObject()) {
            throw wrongType("body", "object", json);
        }
        return new JsonBody(json);
    }

    static Rejection notJson() {
        return Rejection.of(400, "parsing body body from \"\" failed, because it is not valid JSON");
    }

    /// Of all fields.
    Collection<String> names() {
        return json.propertyNames();
    }

    /// The field, unless it is absent or null.
    Optional<JsonNode> field(String name) {
        return Optional.ofNullable(json.get(name)).filter(node -> !node.isNull());
    }

    String requiredText(String name) {
        return text(name).filter(text -> !text.isEmpty()).orElseThrow(() -> required(name));
    }

    Optional<String> text(String name) {
        return field(name).map(node -> {
            if (!node.isString()) {
                throw wrongType(name, "string", node);
            }
            return node.stringValue();
        });
    }

    /// Clients send whole entities, with the ids that they were told.
    void requireId(String name) {
        text(name).filter(id -> !id.isEmpty() && !ID.matcher(id).matches()).ifPresent(id -> {
            throw wrongType(name, "uuid", id.substring(0, Math.min(id.length(), SHOWN_CHARS_MAX)));
        });
    }

    /// Of what clients send, the status means nothing, but it must be one.
    void requireStatus() {
        String status = text("status").filter(text -> !text.isEmpty()).orElse(STATUSES.getFirst());
        requireAmong("status", status, STATUSES);
    }

    /// The name of an entity.
    String requiredName() {
        return requiredName(NAME_CHARS_MAX);
    }

    String requiredName(int charsMax) {
        return named(
                NAME,
                charsMax,
                "name should start with letter or number and may only contain letters, numbers, underscores and"
                        + " dashes");
    }

    /// The name of an event driver.
    String requiredDriverName() {
        return named(
                DRIVER_NAME,
                NAME_CHARS_MAX,
                "name should start with lower case letter or number and may only contain lower case letters, numbers"
                        + " and dashes");
    }

    /// The name of an entity whose names are of another form.
    ///
    /// @param pattern as Dispatch says it
    String requiredName(Pattern pattern, int charsMax) {
        return named(pattern, charsMax, mismatch("name", pattern));
    }

    private String named(Pattern pattern, int charsMax, String otherwise) {
        requireId("id");
        String name = text("name").orElseThrow(() -> required("name"));
        requireForm("name", name, pattern, charsMax, otherwise);
        return name;
    }

    /// A text that must be there, and of a form.
    String matching(String field, Pattern pattern, int charsMax) {
        String text = text(field).orElseThrow(() -> required(field));
        requireForm(field, text, pattern, charsMax, mismatch(field, pattern));
        return text;
    }

    /// A list of texts of a form.
    List<String> matchingEach(String field, Pattern pattern, int charsMax) {
        List<String> texts = texts(field);
        for (int i = 0; i < texts.size(); i++) {
            String place = field + "." + i;
            requireForm(place, texts.get(i), pattern, charsMax, mismatch(place, pattern));
        }
        return texts;
    }

    private static String mismatch(String field, Pattern pattern) {
        return field + " in body should match '" + pattern.pattern() + "'";
    }

    private static void requireForm(String field, String text, Pattern pattern, int charsMax, String otherwise) {
        if (text.length() > charsMax) {
            throw Rejection.of(422, 603, field + " in body should be at most " + charsMax + " chars long");
        }
        if (!pattern.matcher(text).matches()) {
            throw Rejection.of(422, 605, otherwise);
        }
    }

    /// Refuses a word that is none of those.
    static void requireAmong(String field, String word, List<String> words) {
        if (!words.contains(word)) {
            throw Rejection.of(422, 606, field + " in body should be one of [" + String.join(" ", words) + "]");
        }
    }

    boolean flag(String name) {
        return field(name)
                .map(node -> {
                    if (!node.isBoolean()) {
                        throw wrongType(name, "boolean", node);
                    }
                    return node.booleanValue();
                })
                .orElse(false);
    }

    long number(String name, long min, long max) {
        return field(name)
                .map(node -> {
                    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
                        throw wrongType(name, "int64", node);
                    }
                    return inRange(name, node.longValue(), min, max);
                })
                .orElse(min);
    }

    private static long inRange(String name, long value, long min, long max) {
        if (value < min) {
            throw Rejection.of(422, 609, name + " in body should be greater than or equal to " + min);
        }
        if (value > max) {
            throw Rejection.of(422, 608, name + " in body should be less than or equal to " + max);
        }
        return value;
    }

    List<JsonNode> list(String name) {
        return field(name)
                .map(node -> {
                    if (!node.isArray()) {
                        throw wrongType(name, "array", node);
                    }
                    if (node.size() > LIST_MAX) {
                        throw Rejection.of(422, 611, name + " in body should have at most " + LIST_MAX + " items");
                    }
                    List<JsonNode> items = new ArrayList<>();
                    node.forEach(items::add);
                    return items;
                })
                .orElse(List.of());
    }

    List<String> texts(String name) {
        List<JsonNode> items = list(name);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (!items.get(i).isString()) {
                throw wrongType(name + "." + i, "string", items.get(i));
            }
            texts.add(items.get(i).stringValue());
        }
        return texts;
    }

    Map<String, String> textsByName(String name) {
        var texts = new LinkedHashMap<String, String>();
        field(name).ifPresent(node -> {
            if (!node.isObject()) {
                throw wrongType(name, "object", node);
            }
            if (node.size() > LIST_MAX) {
                throw Rejection.of(422, name + " in body should have at most " + LIST_MAX + " items");
            }
            node.properties().forEach(field -> {
                if (!field.getValue().isString()) {
                    throw wrongType(name + "." + field.getKey(), "string", field.getValue());
                }
                texts.put(field.getKey(), field.getValue().asString());
            });
        });
        return texts;
    }

    static Rejection required(String name) {
        return Rejection.of(422, 602, name + " in body is required");
    }

    static Rejection wrongType(String name, String type, JsonNode is) {
        return wrongType(name, type, is.getNodeType().name().toLowerCase(Locale.ROOT));
    }

    static Rejection wrongType(String name, String type, String found) {
        return Rejection.of(422, 601, name + " in body must be of type " + type + ": \"" + found + "\"");
    }
}
