package dev.sluice.acme;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Answers http-01 challenges (RFC 8555 8.3): without TLS, at the host and the path of one that is under way, and
/// nothing else, so no API is ever kept from its paths for longer.
///
/// Thread-safe.
final class Challenges {
    private static final List<String> PLACE = List.of(".well-known", "acme-challenge");

    private final Map<String, Pending> pending = new ConcurrentHashMap<>();

    private record Pending(String token, String authorization) {}

    void begin(String host, String token, String authorization) {
        pending.put(host, new Pending(token, authorization));
    }

    void end(String host) {
        pending.remove(host);
    }

    /// Everything that is no challenge is the other's.
    Handler before(Handler other) {
        return request -> {
            Optional<Response> answer = answer(request);
            return answer.isPresent() ? answer.get() : other.handle(request);
        };
    }

    private Optional<Response> answer(Request request) throws IOException {
        if (pending.isEmpty() || request.secure() || !request.method().equals("GET")) {
            return Optional.empty();
        }
        List<String> segments = request.segments();
        Pending one = pending.get(request.host());
        if (one == null
                || segments.size() != PLACE.size() + 1
                || !segments.subList(0, PLACE.size()).equals(PLACE)
                || !segments.getLast().equals(one.token())) {
            return Optional.empty();
        }
        return Optional.of(Response.of(200, "application/octet-stream", Bytes.utf8(one.authorization())));
    }
}
