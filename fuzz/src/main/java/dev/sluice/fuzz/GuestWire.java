package dev.sluice.fuzz;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.Value;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The guest's end of the protocol of docs/design/cloudcalls.md, written from that document alone. Not thread-safe.
final class GuestWire {
    static final int HELLO = 0x01;
    static final int LOADED = 0x02;
    static final int CALL = 0x04;
    static final int RESULT = 0x05;
    static final int ERROR = 0x06;
    static final int FILE = 0x41;
    static final int LOAD = 0x42;
    static final int RUN = 0x43;
    static final int REPLY = 0x44;

    private static final int FRAME_BYTES_MAX = 8 << 20;
    private static final int HEAD_BYTES = 5;

    private final ByteChannel channel;

    GuestWire(ByteChannel channel) {
        this.channel = channel;
    }

    record Message(int kind, int id, Value value) {}

    /// @throws EOFException when the host has hung up
    Message receive() throws IOException {
        int length = fill(ByteBuffer.allocate(Integer.BYTES)).getInt();
        if (length <= HEAD_BYTES || length > FRAME_BYTES_MAX) {
            throw new IOException("a frame of a forbidden length");
        }
        ByteBuffer body = fill(ByteBuffer.allocate(length));
        return new Message(body.get(), body.getInt(), decode(body));
    }

    void send(int kind, int id, Value value) throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(frame(kind, id, value));
        while (frame.hasRemaining()) {
            int _ = channel.write(frame);
        }
    }

    /// The bytes of one frame.
    static byte[] frame(int kind, int id, Value value) throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeByte(kind);
        out.writeInt(id);
        encode(value, out);
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + body.size());
        return frame.putInt(body.size()).put(body.toByteArray()).array();
    }

    private ByteBuffer fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException("the host has hung up");
            }
        }
        return into.flip();
    }

    private static void encode(Value value, DataOutputStream out) throws IOException {
        switch (value) {
            case Value.Null _ -> out.writeByte(0);
            case Value.Bool(boolean isTrue) -> out.writeByte(isTrue ? 2 : 1);
            case Value.Int64(long number) -> {
                out.writeByte(3);
                out.writeLong(number);
            }
            case Value.Float64(double number) -> {
                out.writeByte(4);
                out.writeDouble(number);
            }
            case Value.Octets(Bytes content) -> {
                out.writeByte(5);
                out.writeInt(content.length());
                out.write(content.readOnlyArray());
            }
            case Value.Text(String text) -> {
                out.writeByte(6);
                encode(text, out);
            }
            case Value.Items(List<Value> items) -> {
                out.writeByte(7);
                out.writeInt(items.size());
                for (Value item : items) {
                    encode(item, out);
                }
            }
            case Value.Fields(Map<String, Value> fields) -> {
                out.writeByte(8);
                out.writeInt(fields.size());
                for (Map.Entry<String, Value> field : fields.entrySet()) {
                    encode(field.getKey(), out);
                    encode(field.getValue(), out);
                }
            }
        }
    }

    private static void encode(String text, DataOutputStream out) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static Value decode(ByteBuffer in) throws IOException {
        byte tag = in.get();
        return switch (tag) {
            case 0 -> Value.NULL;
            case 1 -> Value.FALSE;
            case 2 -> Value.TRUE;
            case 3 -> Value.of(in.getLong());
            case 4 -> new Value.Float64(in.getDouble());
            case 5 -> Value.of(Bytes.takeOver(octets(in)));
            case 6 -> Value.of(text(in));
            case 7 -> {
                int count = in.getInt();
                List<Value> items = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    items.add(decode(in));
                }
                yield Value.of(items);
            }
            case 8 -> {
                int count = in.getInt();
                Map<String, Value> fields = new LinkedHashMap<>();
                for (int i = 0; i < count; i++) {
                    fields.put(text(in), decode(in));
                }
                yield Value.of(fields);
            }
            default -> throw new IOException("an unknown kind of value");
        };
    }

    private static String text(ByteBuffer in) {
        return new String(octets(in), StandardCharsets.UTF_8);
    }

    private static byte[] octets(ByteBuffer in) {
        byte[] octets = new byte[in.getInt()];
        in.get(octets);
        return octets;
    }
}
