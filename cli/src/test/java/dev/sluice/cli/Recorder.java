package dev.sluice.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A real HTTP server on a free port that writes down what it is asked and answers what it was told to.
public final class Recorder implements AutoCloseable {
    /// @param target path and query exactly as they stood in the request line
    /// @param body one character a byte
    public record Asked(String method, String target, Headers headers, String body) {
        public String text() {
            return new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }

        /// The value of a header; `(absent)` when it was not sent.
        public String header(String name) {
            String value = headers.getFirst(name);
            return value == null ? "(absent)" : value;
        }
    }

    /// Of each answer.
    public static final String REQUEST_ID = "5f8bf3a57a74c7fa6634b3ae141e060d";

    private record Reply(int status, String type, String body) {}

    private final HttpServer server;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Deque<Reply> replies = new ArrayDeque<>();
    private final Map<String, String> headers = new ConcurrentHashMap<>();

    public Recorder() throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    /// @param server bound to its address, and not yet started
    public Recorder(HttpServer server) {
        this.server = server;
        server.createContext("/", this::handle);
        server.start();
    }

    /// The next request that has no answer yet gets this one; those beyond get 200 and `{}`.
    public Recorder reply(int status, String json) {
        return reply(status, "application/json", json);
    }

    public synchronized Recorder reply(int status, String type, String body) {
        replies.add(new Reply(status, type, body));
        return this;
    }

    /// Each answer has this header from now on.
    public Recorder with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public List<Asked> asked() {
        return asked;
    }

    /// The only request so far.
    public Asked only() {
        if (asked.size() != 1) {
            throw new AssertionError("expected one request, got " + asked);
        }
        return asked.getFirst();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        asked.add(new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                new String(body, StandardCharsets.ISO_8859_1)));
        Reply reply = next();
        exchange.getResponseHeaders().set("X-Request-Id", REQUEST_ID);
        exchange.getResponseHeaders().set("Content-Type", reply.type());
        headers.forEach(exchange.getResponseHeaders()::set);
        byte[] answer = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status(), answer.length == 0 ? -1 : answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private synchronized Reply next() {
        return replies.isEmpty() ? new Reply(200, "application/json", "{}") : replies.removeFirst();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
