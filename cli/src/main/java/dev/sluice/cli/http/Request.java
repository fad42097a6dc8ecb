package dev.sluice.cli.http;

import java.util.LinkedHashMap;
import java.util.Map;

/// @param target path and query, already percent-encoded
/// @param headers neither name nor value may hold a line end; `Host`, `Content-Length`, `Transfer-Encoding` and
///     `Connection` are the sender's own
public record Request(String method, String target, Map<String, String> headers, Body body) {
    public Request {
        headers = new LinkedHashMap<>(headers);
        requireOneLine(target);
        headers.forEach((name, value) -> {
            requireOneLine(name);
            requireOneLine(value);
        });
    }

    private static void requireOneLine(String text) {
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f || c > 0xff)) {
            throw new IllegalArgumentException("a header holds a character that HTTP does not allow there");
        }
    }
}
