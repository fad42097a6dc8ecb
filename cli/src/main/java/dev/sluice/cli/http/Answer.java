package dev.sluice.cli.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A server's answer. The body is still on its way; whoever got the answer closes it.
public final class Answer implements AutoCloseable {
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;
    private final Closeable connection;

    /// @param headers names in lower case
    Answer(int status, Map<String, String> headers, InputStream body, Closeable connection) {
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.body = body;
        this.connection = connection;
    }

    public int status() {
        return status;
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /// Ends exactly where the body does.
    ///
    /// Reading fails with an `EOFException` when the connection broke before that.
    public InputStream body() {
        return body;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
