package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What a handler answers: a status, a few headers and a body that is in memory, streamed or flows, or what the
/// connection
/// becomes.
public final class Response {
    public static final String JSON = "application/json";

    private final int status;
    private final @Nullable String contentType;
    private final Body body;
    private final List<String> headers;

    /// @param headers names and values in turn
    private Response(int status, @Nullable String contentType, Body body, List<String> headers) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = headers;
    }

    /// The bytes that follow the headers.
    sealed interface Body {
        record InMemory(Bytes content) implements Body {}

        /// `content` is closed by the server, whether or not it could be sent.
        record Streamed(InputStream content, long length) implements Body {}

        record Flowing(Flow content) implements Body {}

        record Upgraded(Pipe said, Flow content) implements Body {}
    }

    public static Response json(int status, Bytes body) {
        return of(status, JSON, body);
    }

    public static Response of(int status, String contentType, Bytes body) {
        return new Response(status, contentType, new Body.InMemory(body), List.of());
    }

    public static Response text(int status, String body) {
        return of(status, "text/plain; charset=utf-8", Bytes.utf8(body));
    }

    /// No body at all.
    public static Response empty(int status) {
        return new Response(status, null, new Body.InMemory(Bytes.EMPTY), List.of());
    }

    /// Sends exactly `length` bytes of `content` and closes it.
    public static Response stream(int status, String contentType, InputStream content, long length) {
        return new Response(status, contentType, new Body.Streamed(content, length), List.of());
    }

    /// Sends what `content` writes, as it is written, and no length.
    public static Response flow(int status, String contentType, Flow content) {
        return new Response(status, contentType, new Body.Flowing(content), List.of());
    }

    /// Makes the connection another protocol's: 101. For requests of HTTP/1.1 without a body only.
    ///
    /// @param said    gets what whoever asked sends from then on
    /// @param content what is sent to him; the connection ends with it
    public static Response upgrade(String protocol, Pipe said, Flow content) {
        List<String> headers = List.of("Connection", "Upgrade", "Upgrade", protocol);
        return new Response(101, null, new Body.Upgraded(said, content), headers);
    }

    /// `{"code":code,"message":message}`, the form of every error that Dispatch's client understands.
    public static Response error(int status, int code, String message) {
        var text = new StringBuilder(message.length() + 32);
        text.append("{\"code\":").append(code).append(",\"message\":\"");
        JsonText.escape(message, text);
        return json(status, Bytes.utf8(text.append("\"}").toString()));
    }

    /// The same response with one more header.
    public Response with(String name, String value) {
        var more = new ArrayList<>(headers);
        more.add(name);
        more.add(value);
        return new Response(status, contentType, body, List.copyOf(more));
    }

    public int status() {
        return status;
    }

    /// How long the body is; 0 for one that flows.
    public long bytes() {
        return switch (body) {
            case Body.InMemory(Bytes content) -> content.length();
            case Body.Streamed streamed -> streamed.length();
            case Body.Flowing _, Body.Upgraded _ -> 0;
        };
    }

    public boolean isFlowing() {
        return body instanceof Body.Flowing || body instanceof Body.Upgraded;
    }

    /// The same response; a body that flows is written by what becomes of it.
    public Response through(UnaryOperator<Flow> written) {
        Body through = switch (body) {
            case Body.Flowing(Flow content) -> new Body.Flowing(written.apply(content));
            case Body.Upgraded(Pipe said, Flow content) -> new Body.Upgraded(said, written.apply(content));
            case Body.InMemory _, Body.Streamed _ -> body;
        };
        return new Response(status, contentType, through, headers);
    }

    @Nullable
    String contentType() {
        return contentType;
    }

    Body body() {
        return body;
    }

    List<String> headers() {
        return headers;
    }
}
