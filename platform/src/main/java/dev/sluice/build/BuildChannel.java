package dev.sluice.build;

import dev.sluice.bytes.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The server's end of a build's connection; `guest/build/build.py` says what goes over it. Not thread-safe.
final class BuildChannel {
    static final int PIECE_BYTES = 256 << 10;

    /// Of what a build says at once.
    private static final int BODY_BYTES_MAX = PIECE_BYTES;

    private static final int LENGTH_BYTES = 4;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final SocketChannel channel;

    BuildChannel(SocketChannel channel) {
        this.channel = channel;
    }

    record Frame(char kind, Bytes body) {
        JsonNode json() throws IOException {
            try {
                return JSON.readTree(body.readOnlyArray());
            } catch (JacksonException wrong) {
                throw new IOException("a build speaks in riddles", wrong);
            }
        }
    }

    /// @throws IOException when the build has hung up, or says what no build of ours says
    Frame receive() throws IOException {
        int length = fill(LENGTH_BYTES).getInt();
        if (length < 1 || length > BODY_BYTES_MAX + 1) {
            throw new IOException("a build's frame of a forbidden length");
        }
        ByteBuffer frame = fill(length);
        char kind = (char) (frame.get() & 0xff);
        byte[] body = new byte[frame.remaining()];
        frame.get(body);
        return new Frame(kind, Bytes.takeOver(body));
    }

    private ByteBuffer fill(int bytes) throws IOException {
        ByteBuffer filled = ByteBuffer.allocate(bytes);
        while (filled.hasRemaining()) {
            if (channel.read(filled) < 0) {
                throw new EOFException("a build has hung up");
            }
        }
        return filled.flip();
    }

    void send(char kind, Map<String, ?> fields) throws IOException {
        byte[] body = JSON.writeValueAsBytes(fields);
        send(kind, body, body.length);
    }

    void send(char kind, byte[] body, int length) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(LENGTH_BYTES + 1 + length);
        frame.putInt(length + 1).put((byte) kind).put(body, 0, length).flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }
}
