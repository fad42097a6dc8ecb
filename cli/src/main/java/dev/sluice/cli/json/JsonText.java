package dev.sluice.cli.json;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// Reads and writes JSON text. The reader takes exactly one value of at most Jackson's default depth, without duplicate
/// member names.
public final class JsonText {
    private static final String INDENT = "    ";

    private JsonText() {}

    /// @throws NotJson for anything but one JSON value
    public static Json parse(byte[] utf8) {
        var factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), utf8)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new NotJson("it is empty");
            }
            Json value = value(parser, first);
            if (parser.nextToken() != null) {
                throw new NotJson("something follows the value");
            }
            return value;
        } catch (JacksonException e) {
            throw new NotJson(e.getOriginalMessage(), e);
        }
    }

    private static Json value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> new Json.Text(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(parser.getString());
            case VALUE_TRUE -> new Json.Bool(true);
            case VALUE_FALSE -> new Json.Bool(false);
            case VALUE_NULL -> Json.NULL;
            case END_ARRAY, END_OBJECT, NOT_AVAILABLE, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new NotJson("it breaks off");
        };
    }

    private static Json object(JsonParser parser) {
        var members = new LinkedHashMap<String, Json>();
        for (JsonToken token = next(parser); token != JsonToken.END_OBJECT; token = next(parser)) {
            String name = parser.currentName();
            members.put(name, value(parser, next(parser)));
        }
        return new Json.Obj(members);
    }

    private static Json array(JsonParser parser) {
        var items = new ArrayList<Json>();
        for (JsonToken token = next(parser); token != JsonToken.END_ARRAY; token = next(parser)) {
            items.add(value(parser, token));
        }
        return new Json.Arr(items);
    }

    private static JsonToken next(JsonParser parser) {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw new NotJson("it breaks off");
        }
        return token;
    }

    /// One line, no spaces: for request bodies.
    public static String compact(Json json) {
        var out = new StringBuilder();
        write(json, out, "", false);
        return out.toString();
    }

    /// Indented by four spaces a level, without a line end after the last line.
    public static String indented(Json json) {
        var out = new StringBuilder();
        write(json, out, "\n", true);
        return out.toString();
    }

    private static void write(Json json, StringBuilder out, String newLine, boolean pretty) {
        String inner = pretty ? newLine + INDENT : "";
        switch (json) {
            case Json.Obj(var members) when members.isEmpty() -> out.append("{}");
            case Json.Obj(var members) -> {
                String separator = "{";
                for (var member : members.entrySet()) {
                    out.append(separator).append(inner);
                    quote(member.getKey(), out);
                    out.append(pretty ? ": " : ":");
                    write(member.getValue(), out, inner, pretty);
                    separator = ",";
                }
                out.append(newLine).append('}');
            }
            case Json.Arr(var items) when items.isEmpty() -> out.append("[]");
            case Json.Arr(var items) -> {
                String separator = "[";
                for (Json item : items) {
                    out.append(separator).append(inner);
                    write(item, out, inner, pretty);
                    separator = ",";
                }
                out.append(newLine).append(']');
            }
            case Json.Text(String value) -> quote(value, out);
            case Json.Num(String literal) -> out.append(literal);
            case Json.Bool(boolean value) -> out.append(value);
            case Json.Null _ -> out.append("null");
        }
    }

    /// Appends `text` in double quotes. Whatever a terminal or YAML could take amiss is escaped, so the result is
    /// a JSON string and a YAML double-quoted scalar alike.
    static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (isUnprintable(text, i)) {
                        out.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isUnprintable(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return index == 0 || !Character.isHighSurrogate(text.charAt(index - 1));
        }
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c >= 0xfffe;
    }
}
