package dev.sluice.guest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The request to a plain HTTP server that a run is (docs/functions/http.md).
///
/// @param path    with its query, as a URI may have it
/// @param headers by lowercased name
/// @param isStreamed whether the gateway sends the answer on while it is made
record ServerRequest(
        String method, String path, Map<String, String> headers, Optional<byte[]> body, boolean isStreamed) {
    private static final int CONTEXT_BYTES_MAX = 8 << 10;
    private static final String TYPE = "content-type";
    private static final String JSON_TYPE = "application/json";
    private static final String FORM_TYPE = "application/x-www-form-urlencoded";
    private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> FIELDS = Set.of("method", "path", "query", "headers", "body");
    private static final Set<String> GATEWAYS_OWN =
            Set.of("args", "request", "request-uri", "scheme", "server-protocol", "upstream-uri", "uri", "method");
    private static final Set<String> NOT_PASSED_ON = Set.of(
            "connection", "content-length", "expect", "host", "sluice-context", "te", "transfer-encoding", "upgrade");
    private static final List<String> TOLD = List.of("secrets", "serviceBindings", "claims", "deadline");
    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");
    private static final Pattern PATH = Pattern.compile("/[!-~]*");

    /// What no URI has as it is.
    private static final Pattern ESCAPED = Pattern.compile("[\"<>\\\\^`{|}#\\[\\]]|%(?![0-9A-Fa-f]{2})");

    private ServerRequest(String method, String path, Map<String, String> headers, Optional<byte[]> body) {
        this(method, path, headers, body, false);
    }

    /// @throws IllegalArgumentException for what is no request: the caller's fault
    static ServerRequest of(byte[] contextJson, byte[] payloadJson) {
        var context = (JsonObject) read("context", contextJson, JsonObject.class, new JsonObject());
        JsonElement payload = read("payload", payloadJson, JsonElement.class, JsonNull.INSTANCE);
        ServerRequest request;
        if (context.get("httpContext") instanceof JsonObject sent) {
            request = ofGateway(payload, sent);
        } else if (payload instanceof JsonObject fields && isStated(fields.keySet())) {
            request = stated(fields);
        } else {
            request = new ServerRequest("POST", "/", new TreeMap<>(Map.of(TYPE, JSON_TYPE)), Optional.of(payloadJson));
        }
        return request.checked(context);
    }

    private static JsonElement read(String what, byte[] json, Class<?> type, JsonElement otherwise) {
        return Objects.requireNonNullElse((JsonElement) Json.read(what, json, type), otherwise);
    }

    private static boolean isStated(Set<String> names) {
        return FIELDS.containsAll(names) && (names.contains("method") || names.contains("path"));
    }

    private ServerRequest checked(JsonObject context) {
        if (!METHOD.matcher(method).matches()) {
            throw new IllegalArgumentException("the method is not one of HTTP's");
        }
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("the path does not begin with / or has characters that a path has not");
        }
        told(context).ifPresent(told -> headers.put("sluice-context", told));
        String escaped = ESCAPED.matcher(path)
                .replaceAll(one -> String.format("%%%02X", (int) one.group().charAt(0)));
        boolean isFlowing = context.get("httpContext") instanceof JsonObject sent
                && sent.get("streams") instanceof JsonPrimitive streams
                && streams.isBoolean()
                && streams.getAsBoolean();
        return new ServerRequest(method, escaped, headers, body, isFlowing);
    }

    /// As the API gateway had it; of a request without a body the input is the query, which is in the path.
    private static ServerRequest ofGateway(JsonElement value, JsonObject sent) {
        Map<String, String> headers = new TreeMap<>();
        sent.entrySet().forEach(one -> {
            if (isText(one.getValue())
                    && !GATEWAYS_OWN.contains(one.getKey())
                    && !NOT_PASSED_ON.contains(one.getKey())) {
                headers.put(one.getKey(), one.getValue().getAsString());
            }
        });
        String method = text(sent, "method", "POST");
        String path = text(sent, "request-uri", text(sent, "request_uri", text(sent, "uri", "/")));
        if (WITHOUT_BODY.contains(method)) {
            return new ServerRequest(method, path, headers, Optional.empty());
        }
        boolean isForm = headers.getOrDefault(TYPE, "").startsWith(FORM_TYPE);
        return value instanceof JsonObject form && isForm
                ? new ServerRequest(method, path, headers, Optional.of(octets(query(form))))
                : new ServerRequest(method, path, headers, Optional.of(encoded(value, headers)));
    }

    private static ServerRequest stated(JsonObject fields) {
        Map<String, String> headers = new TreeMap<>();
        if (fields.get("headers") instanceof JsonObject given) {
            given.entrySet().forEach(one -> {
                String name = one.getKey().toLowerCase(Locale.ROOT);
                if (!NOT_PASSED_ON.contains(name)) {
                    headers.put(name, plain(one.getValue()));
                }
            });
        }
        JsonElement body = fields.get("body");
        boolean isBare = body == null || body.isJsonNull();
        String path = text(fields, "path", fields.has("path") ? "" : "/");
        if (fields.get("query") instanceof JsonObject query && query.size() > 0) {
            path += "?" + query(query);
        }
        String method = text(fields, "method", fields.has("method") ? "" : isBare ? "GET" : "POST");
        return new ServerRequest(
                method, path, headers, isBare ? Optional.empty() : Optional.of(encoded(body, headers)));
    }

    private static String query(JsonObject parameters) {
        List<String> pairs = new ArrayList<>();
        parameters.entrySet().forEach(one -> {
            List<JsonElement> values = one.getValue() instanceof JsonArray all ? all.asList() : List.of(one.getValue());
            values.forEach(value -> pairs.add(URLEncoder.encode(one.getKey(), StandardCharsets.UTF_8) + "="
                    + URLEncoder.encode(plain(value), StandardCharsets.UTF_8)));
        });
        return String.join("&", pairs);
    }

    /// A text is the body itself, anything else is JSON.
    private static byte[] encoded(JsonElement value, Map<String, String> headers) {
        if (isText(value)) {
            return octets(value.getAsString());
        }
        headers.putIfAbsent(TYPE, JSON_TYPE);
        return octets(value.toString());
    }

    /// What the function's author asked to be told; nothing if that is nothing.
    private static Optional<String> told(JsonObject context) {
        var fields = new JsonObject();
        for (String name : TOLD) {
            JsonElement value = context.get(name);
            if (value != null && !value.isJsonNull() && !(value instanceof JsonObject none && none.isEmpty())) {
                fields.add(name, value);
            }
        }
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        String text = fields.toString()
                .codePoints()
                .collect(StringBuilder::new, ServerRequest::addAscii, StringBuilder::append)
                .toString();
        if (text.length() > CONTEXT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "secrets and service bindings have more than " + CONTEXT_BYTES_MAX + " bytes together");
        }
        return Optional.of(text);
    }

    private static void addAscii(StringBuilder out, int point) {
        if (point >= ' ' && point < 0x7f) {
            out.append((char) point);
            return;
        }
        for (char one : Character.toChars(point)) {
            out.append(String.format("\\u%04x", (int) one));
        }
    }

    private static String text(JsonObject fields, String name, String otherwise) {
        JsonElement value = fields.get(name);
        return value != null && isText(value) ? value.getAsString() : otherwise;
    }

    private static boolean isText(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isString();
    }

    private static String plain(JsonElement value) {
        return isText(value) ? value.getAsString() : value.toString();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
