package dev.sluice.cli.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Reads server-sent events (of the HTML standard): names and data. What else a stream may hold is skipped.
public final class EventStream {
    private static final int LINE_BYTES_MAX = 8 << 20;

    private final InputStream in;

    public EventStream(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /// @param data of one line
    public record Event(String name, String data) {}

    /// The next event, as soon as it is there; nothing at the end.
    public Optional<Event> next() throws IOException {
        String name = "message";
        String data = "";
        for (Optional<String> line = line(); line.isPresent(); line = line()) {
            String text = line.get();
            if (text.isEmpty() && !data.isEmpty()) {
                return Optional.of(new Event(name, data));
            }
            if (text.startsWith("event:")) {
                name = text.substring("event:".length()).strip();
            } else if (text.startsWith("data:")) {
                data = text.substring("data:".length()).strip();
            }
        }
        return Optional.empty();
    }

    private Optional<String> line() throws IOException {
        var line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return Optional.empty();
        }
        while (next >= 0 && next != '\n') {
            if (line.size() == LINE_BYTES_MAX) {
                throw new IOException("an event is longer than " + LINE_BYTES_MAX + " bytes");
            }
            line.write(next);
            next = in.read();
        }
        return Optional.of(line.toString(StandardCharsets.UTF_8));
    }
}
