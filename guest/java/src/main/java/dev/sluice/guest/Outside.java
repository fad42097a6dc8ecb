package dev.sluice.guest;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import dev.sluice.guest.Frame.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What stands in for the platform where there is none: it takes what a function yields, and denies each call.
final class Outside {
    private JsonArray chunks = new JsonArray();
    private ByteArrayInputStream reply = new ByteArrayInputStream(new byte[0]);

    Channel channel() {
        return new Channel(
                new InputStream() {
                    @Override
                    public int read() {
                        return reply.read();
                    }

                    @Override
                    public int read(byte[] into, int from, int length) {
                        return reply.read(into, from, length);
                    }
                },
                new OutputStream() {
                    @Override
                    public void write(int one) throws IOException {
                        throw new IOException("a frame comes whole");
                    }

                    @Override
                    public void write(byte[] frame) throws IOException {
                        take(Frame.decoded(ByteBuffer.wrap(frame, Integer.BYTES, frame.length - Integer.BYTES)
                                .slice()));
                    }
                });
    }

    private void take(Frame frame) throws IOException {
        if (frame.kind() == Kind.CALL) {
            reply = new ByteArrayInputStream(new Frame(Kind.REPLY, frame.id(), List.of("DENIED")).encoded());
        } else if (frame.kind() == Kind.CHUNK && frame.value() instanceof byte[] json) {
            chunks.add(JsonParser.parseString(new String(json, StandardCharsets.UTF_8)));
        }
    }

    JsonArray takeChunks() {
        JsonArray taken = chunks;
        chunks = new JsonArray();
        return taken;
    }
}
