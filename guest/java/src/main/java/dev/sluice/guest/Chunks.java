package dev.sluice.guest;

import dev.sluice.guest.Frame.Kind;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/// What one run yields: each chunk is sent at once, and the platform makes them one array.
final class Chunks {
    static final int CHUNK_BYTES_MAX = 1 << 20;
    static final int CHUNKS_MAX = 1 << 16;
    static final int RESULT_BYTES_MAX = 6 << 20;

    private final Calls calls;
    private final int run;
    private int chunks;
    private long bytes = 1; // of the array: its brackets, and commas but for the first

    Chunks(Calls calls, int run) {
        this.calls = calls;
        this.run = run;
    }

    Calls calls() {
        return calls;
    }

    /// The one JSON text that a result is; empty where it is a stream or an iterator, and all of it has been sent.
    ///
    /// @throws IllegalStateException for what has no JSON, and for too much
    Optional<byte[]> sendOrWrite(@Nullable Object result) throws IOException {
        if (result instanceof BaseStream<?, ?> stream) {
            try (stream) {
                return sendAll(stream.iterator());
            }
        }
        return result instanceof Iterator<?> items ? sendAll(items) : Optional.of(Json.write(result));
    }

    private Optional<byte[]> sendAll(Iterator<?> items) throws IOException {
        if (calls.areNone()) {
            throw new IllegalStateException(
                    "runs that share an instance yield nothing: return a list, or leave concurrency out");
        }
        while (items.hasNext()) {
            send(Json.write(items.next()));
        }
        return Optional.empty();
    }

    private void send(byte[] json) throws IOException {
        chunks++;
        bytes += json.length + 1;
        if (json.length > CHUNK_BYTES_MAX) {
            throw new IllegalStateException("a chunk has " + json.length + " bytes, more than " + CHUNK_BYTES_MAX);
        }
        if (chunks > CHUNKS_MAX) {
            throw new IllegalStateException("yielded more than " + CHUNKS_MAX + " chunks");
        }
        if (bytes > RESULT_BYTES_MAX) {
            throw new IllegalStateException("yielded more than " + RESULT_BYTES_MAX + " bytes in all");
        }
        calls.send(new Frame(Kind.CHUNK, run, json));
    }
}
