package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import dev.sluice.http.HttpRefused;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a function is given of a request: its query or its body as JSON, and what HTTP says beside that.
///
/// Source: contracts/dispatch.md 5.
final class HttpInput {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Bytes NOTHING = Bytes.utf8("{}");
    private static final Set<String> QUERYING = Set.of("GET", "HEAD", "OPTIONS");

    /// What proves who asks is nothing for a function.
    private static final Set<String> CREDENTIALS = Set.of("authorization", "proxy-authorization", "cookie");

    /// What Dispatch's client says to its server, and what only a proxy could know.
    private static final List<String> NOT_A_CLIENTS = List.of("x-dispatch-", "x-forwarded-", "x-real-ip");

    /// What plain HTTP servers that are functions go by.
    private static final String STREAMS = "streams";

    /// What follows from an answer's key in the cache: method, path, query and scheme.
    private static final Set<String> KEYED =
            Set.of("args", "method", "request-uri", "scheme", "upstream-uri", "uri", "x-forwarded-proto");

    private static final String AS_IT_IS = "identity";
    private static final int BAD = 400;

    private HttpInput() {}

    /// What is packed is not unpacked, so no small body becomes a large one here; nor is it handed on as if it were
    /// what it says it is.
    ///
    /// @throws HttpRefused 400, 413, 415
    static Bytes of(Request request, int bodyBytesMax) throws IOException {
        if (isBodiless(request.method())) {
            return ofQuery(request);
        }
        String coding = request.header("Content-Encoding").orElse(AS_IT_IS).strip();
        if (!coding.equalsIgnoreCase(AS_IT_IS)) {
            throw refused(415, "request body is encoded: send it as it is, without Content-Encoding");
        }
        String type = request.header("Content-Type").orElse("");
        String kind = kind(type);
        if (type.isEmpty()) {
            Bytes body = request.body(bodyBytesMax);
            return body.length() == 0 ? NOTHING : Bytes.takeOver(JSON.writeValueAsBytes(body.utf8()));
        }
        if (kind.equals(Response.JSON) || (kind.startsWith("application/") && kind.endsWith("+json"))) {
            Bytes body = request.body(bodyBytesMax);
            if (!Json.isValid(body)) {
                throw refused(BAD, "request body is not json");
            }
            return body;
        }
        if (kind.equals("application/x-www-form-urlencoded")) {
            return form(request, bodyBytesMax);
        }
        throw refused(415, "request body type is not supported: " + type);
    }

    static Bytes ofQuery(Request request) {
        return Bytes.takeOver(JSON.writeValueAsBytes(map(request.queryParameters())));
    }

    /// Whether the input of such requests is their query, and nothing of their body.
    static boolean isBodiless(String method) {
        return QUERYING.contains(method);
    }

    private static Bytes form(Request request, int bodyBytesMax) throws IOException {
        Map<String, List<String>> fields;
        try {
            fields = request.form(bodyBytesMax);
        } catch (HttpRefused refused) {
            throw refused.status() == BAD ? refused(BAD, "request body is not x-www-form-urlencoded") : refused;
        }
        return Bytes.takeOver(JSON.writeValueAsBytes(map(fields)));
    }

    private static String kind(String type) {
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    private static HttpRefused refused(int status, String message) {
        return new HttpRefused(status, message);
    }

    /// A name that is there once has a text, else a list of them.
    private static ObjectNode map(Map<String, List<String>> values) {
        ObjectNode all = JSON.createObjectNode();
        values.forEach((name, its) -> {
            if (its.size() == 1) {
                all.put(name, its.getFirst());
            } else {
                ArrayNode list = all.putArray(name);
                its.forEach(list::add);
            }
        });
        return all;
    }

    /// What Dispatch's convention hands over beside the payload. What a client says in a header never stands for what
    /// is so.
    ///
    /// @param who       what is known of who asks, and which headers prove it
    /// @param isFlowing whether the answer may leave while it is made, as the function says it
    static Bytes context(Request request, Access.Entered who, boolean isFlowing) {
        return Bytes.takeOver(JSON.writeValueAsBytes(facts(request, who, isFlowing)));
    }

    /// The same without what is not part of an answer's key in the cache, or one client could have others told what
    /// comes of what he said.
    static Bytes keyedContext(Request request, Access.Entered who, List<String> vary) {
        ObjectNode context = facts(request, who, false);
        if (context.get("httpContext") instanceof ObjectNode http) {
            http.retain(Stream.concat(KEYED.stream(), vary.stream()).toList());
        }
        return Bytes.takeOver(JSON.writeValueAsBytes(context));
    }

    private static ObjectNode facts(Request request, Access.Entered who, boolean isFlowing) {
        ObjectNode context = JSON.createObjectNode();
        context.putObject("secrets");
        context.putObject("serviceBindings");
        who.claims().ifPresent(claims -> context.set("claims", claims));
        ObjectNode http = context.putObject("httpContext");
        request.headers().forEach((name, value) -> {
            boolean isProof = CREDENTIALS.contains(name) || who.proofs().contains(name);
            if (!isProof && NOT_A_CLIENTS.stream().noneMatch(name::startsWith)) {
                http.put(name, value);
            }
        });
        String query = request.rawQuery();
        String target = query.isEmpty() ? request.rawPath() : request.rawPath() + "?" + query;
        http.set("args", map(request.queryParameters()));
        http.put("method", request.method());
        http.put("request", request.method() + " " + target + " " + request.version());
        http.put("request-uri", target);
        http.put("scheme", request.secure() ? "https" : "http");
        http.put("server-protocol", request.version());
        http.put("upstream-uri", "/v1/runs");
        if (isFlowing) {
            http.put(STREAMS, true);
        }
        http.put("uri", request.rawPath());
        http.put("x-forwarded-for", request.peer());
        http.put("x-forwarded-proto", request.secure() ? "https" : "http");
        return context;
    }
}
