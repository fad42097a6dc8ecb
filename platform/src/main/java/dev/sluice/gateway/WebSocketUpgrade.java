package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import dev.sluice.http.Flow;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// A request that is to become a WebSocket (RFC 6455, 4). What is said on it the gateway does not read: it is between
/// the client and the function.
///
/// @param key       of this handshake: who accepts it says its digest
/// @param protocols that the client speaks, of which the function may choose one
/// @param isExtensible whether the client names extensions that the function may choose
/// @param said by the client, once it is one
record WebSocketUpgrade(String key, List<String> protocols, boolean isExtensible, Pipe said) {
    private static final String PROTOCOL = "websocket";
    private static final String VERSION = "13";
    private static final String VERSION_HEADER = "Sec-WebSocket-Version";
    private static final String KEY_HEADER = "Sec-WebSocket-Key";
    private static final String PROTOCOL_HEADER = "Sec-WebSocket-Protocol";
    private static final String EXTENSIONS_HEADER = "Sec-WebSocket-Extensions";
    private static final String ACCEPT_HEADER = "Sec-WebSocket-Accept";

    /// RFC 6455, 1.3.
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int KEY_BYTES = 16;
    private static final int VALUE_CHARS_MAX = 1024;
    private static final Pattern COMMAS = Pattern.compile(" *, *");
    private static final Pattern EXTENSIONS = Pattern.compile("[!-~](?:[ -~]*[!-~])?");

    WebSocketUpgrade {
        protocols = List.copyOf(protocols);
    }

    /// Whoever asks to speak otherwise is not to wait for frames that never come.
    static boolean isWanted(Request request) {
        return tokens(request, "upgrade").contains(PROTOCOL);
    }

    /// Why what is wanted cannot be, if it cannot.
    static Optional<Response> refusal(Endpoint endpoint, Request request) {
        if (!endpoint.limits().streams().answers().equals(Optional.of(StreamForm.HTTP))) {
            return refused(
                    501,
                    "this API does not serve WebSocket: ask without Upgrade. Its author can have a plain HTTP server"
                            + " that speaks it, and --stream http");
        }
        if (!request.version().equals("HTTP/1.1")) {
            return refused(501, "WebSocket is served over HTTP/1.1: ask in that");
        }
        if (!request.header(VERSION_HEADER).equals(Optional.of(VERSION))) {
            return refused(426, "the version of WebSocket is " + VERSION)
                    .map(answer -> answer.with(VERSION_HEADER, VERSION).with("Upgrade", PROTOCOL));
        }
        boolean isBodiless = request.header("transfer-encoding").isEmpty()
                && request.header("content-length")
                        .filter(length -> !length.equals("0"))
                        .isEmpty();
        if (!request.method().equals("GET")
                || !tokens(request, "connection").contains("upgrade")
                || !isBodiless
                || !isKey(request.header(KEY_HEADER).orElse(""))) {
            return refused(
                    400,
                    "a WebSocket begins with GET, no body, Connection: Upgrade, and a " + KEY_HEADER + " of 16 bytes");
        }
        return endpoint.hasCors() || isOfThisOrigin(request)
                ? Optional.empty()
                : refused(403, "pages of other origins open no WebSocket here, unless its author has --cors");
    }

    private static Optional<Response> refused(int status, String message) {
        return Optional.of(Response.error(status, status, message));
    }

    /// A browser says which page asks, and sends what it knows of this host whichever that is.
    private static boolean isOfThisOrigin(Request request) {
        Optional<String> origin = request.header("origin");
        if (origin.isEmpty()) {
            return true;
        }
        try {
            String authority = new URI(origin.get()).getRawAuthority();
            return authority != null
                    && authority.equalsIgnoreCase(request.header("host").orElse(""));
        } catch (URISyntaxException none) {
            return false;
        }
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    private static List<String> tokens(Request request, String header) {
        return Arrays.asList(
                COMMAS.split(request.header(header).orElse("").strip().toLowerCase(Locale.ROOT), -1));
    }

    /// @param request one that is wanted so, and was not refused
    static WebSocketUpgrade of(Request request) {
        List<String> protocols = request.header(PROTOCOL_HEADER)
                .map(names -> Arrays.asList(COMMAS.split(names.strip(), -1)))
                .orElse(List.of());
        return new WebSocketUpgrade(
                request.header(KEY_HEADER).orElseThrow(),
                protocols,
                request.header(EXTENSIONS_HEADER).isPresent(),
                new Pipe());
    }

    /// The answer that makes the connection a WebSocket.
    ///
    /// @param head    what the function said first
    /// @param content what it says then
    /// @return empty if it has not accepted just this handshake, in what the client speaks
    Optional<Response> accepted(Bytes head, Flow content) {
        JsonNode answered = StreamForm.read(head);
        JsonNode headers = answered.path("headers");
        String accept = accept();
        if (answered.path("status").asInt(0) != 101
                || !value(headers, ACCEPT_HEADER).equals(accept)) {
            return Optional.empty();
        }
        Response answer = Response.upgrade(PROTOCOL, said, content).with(ACCEPT_HEADER, accept);
        String protocol = value(headers, PROTOCOL_HEADER);
        String extensions = value(headers, EXTENSIONS_HEADER);
        if (!protocol.isEmpty()) {
            if (!protocols.contains(protocol)) {
                return Optional.empty();
            }
            answer = answer.with(PROTOCOL_HEADER, protocol);
        }
        if (!extensions.isEmpty()) {
            boolean isFit = extensions.length() <= VALUE_CHARS_MAX
                    && EXTENSIONS.matcher(extensions).matches();
            if (!isExtensible || !isFit) {
                return Optional.empty();
            }
            answer = answer.with(EXTENSIONS_HEADER, extensions);
        }
        return Optional.of(answer);
    }

    private static String value(JsonNode headers, String name) {
        return headers.path(name.toLowerCase(Locale.ROOT)).stringValue("").strip();
    }

    private String accept() {
        try {
            byte[] text = (key + GUID).getBytes(StandardCharsets.US_ASCII);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
