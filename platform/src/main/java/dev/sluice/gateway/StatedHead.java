package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Flow;
import dev.sluice.http.Response;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The head of an answer, as a function says it: `{"status": 200, "headers": {"content-type": "text/plain"}}`.
///
/// All organizations may be one origin for a browser, so no page comes out of this that may do anything there: whatever
/// it says it is, it is that and nothing else, in a sandbox.
///
/// @param headers by lowercased name: those of [#PASSED_ON] only
record StatedHead(int status, String type, Map<String, String> headers) {
    static final String TYPE = "application/octet-stream";

    /// What speaks of the body and of how long it may be kept. What speaks of the connection is the server's, and what
    /// speaks for the whole host (cookies, origins, policies, credentials, places to go) no function's.
    static final Set<String> PASSED_ON = Set.of(
            "cache-control",
            "content-disposition",
            "content-encoding",
            "content-language",
            "etag",
            "expires",
            "last-modified",
            "retry-after",
            "vary");

    /// After these HTTP has no body.
    static final Set<Integer> BODILESS = Set.of(204, 205, 304);

    private static final String CONTENT_TYPE = "content-type";
    private static final int STATUS_MIN = 200;
    private static final int STATUS_MAX = 599;
    private static final int VALUE_CHARS_MAX = 1024;
    private static final Pattern VALUE = Pattern.compile("[!-~](?:[\\t -~]*[!-~])?");
    private static final Pattern MEDIA_TYPE = Pattern.compile("[!#$&^_.+A-Za-z0-9-]+/[!#$&^_.+A-Za-z0-9-]+(?: *;.*)?");

    StatedHead {
        headers = Map.copyOf(headers);
    }

    static StatedHead of(String type) {
        return new StatedHead(STATUS_MIN, type, Map.of("cache-control", "no-store"));
    }

    /// HTTP has none after some statuses, whatever follows.
    boolean hasBody() {
        return !BODILESS.contains(status);
    }

    /// @return empty if that is none
    static Optional<StatedHead> read(Bytes chunk) {
        JsonNode said = StreamForm.read(chunk);
        JsonNode status = said.path("status");
        JsonNode headers = said.path("headers");
        boolean isStatus = status.isMissingNode()
                || (status.isInt() && status.intValue() >= STATUS_MIN && status.intValue() <= STATUS_MAX);
        boolean isHead = said.isObject() && isStatus && (headers.isMissingNode() || headers.isObject());
        return isHead ? read(status.asInt(STATUS_MIN), headers) : Optional.empty();
    }

    private static Optional<StatedHead> read(int status, JsonNode headers) {
        Map<String, String> kept = new TreeMap<>();
        for (Map.Entry<String, JsonNode> header : headers.properties()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (PASSED_ON.contains(name) || name.equals(CONTENT_TYPE)) {
                String value = header.getValue().stringValue("");
                if (value.length() > VALUE_CHARS_MAX || !VALUE.matcher(value).matches()) {
                    return Optional.empty();
                }
                kept.put(name, value);
            }
        }
        String type = kept.getOrDefault(CONTENT_TYPE, TYPE);
        kept.remove(CONTENT_TYPE);
        return MEDIA_TYPE.matcher(type).matches() ? Optional.of(new StatedHead(status, type, kept)) : Optional.empty();
    }

    Response with(Flow body) {
        Response answer = Response.flow(status, type, body)
                .with("X-Content-Type-Options", "nosniff")
                .with("Content-Security-Policy", "sandbox");
        for (Map.Entry<String, String> header : new TreeMap<>(headers).entrySet()) {
            answer = answer.with(header.getKey(), header.getValue());
        }
        return answer;
    }
}
