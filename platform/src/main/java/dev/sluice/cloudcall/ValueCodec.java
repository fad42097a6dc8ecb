package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads and writes a [Value]: one tag byte, then its content; counts and lengths are `u32`, everything is big-endian.
///
/// Reading is total: any bytes give a value or a [GuestProtocolViolation], in time and memory proportional to the
/// bytes that are there, never to a number that they claim. Of each value there is exactly one encoding but for
/// the order of a map's keys.
final class ValueCodec {
    /// A list inside a list counts two.
    static final int DEPTH_MAX = 32;

    /// Values in one list or map.
    static final int ITEMS_MAX = 1 << 16;

    static final int KEY_BYTES_MAX = 256;

    private static final byte NULL = 0;
    private static final byte FALSE = 1;
    private static final byte TRUE = 2;
    private static final byte INT64 = 3;
    private static final byte FLOAT64 = 4;
    private static final byte OCTETS = 5;
    private static final byte TEXT = 6;
    private static final byte ITEMS = 7;
    private static final byte FIELDS = 8;

    private static final int TAG_BYTES = 1;
    private static final int COUNT_BYTES = 4;
    private static final char REPLACEMENT = '\uFFFD';

    private ValueCodec() {}

    /// Bytes that [#write] will write; more than [Frame#BODY_BYTES_MAX] if the value has too many items for any reader.
    static long sizeOf(Value value) {
        return switch (value) {
            case Value.Null _, Value.Bool _ -> TAG_BYTES;
            case Value.Int64 _, Value.Float64 _ -> TAG_BYTES + 8;
            case Value.Octets(Bytes content) -> TAG_BYTES + COUNT_BYTES + content.length();
            case Value.Text(String text) -> TAG_BYTES + COUNT_BYTES + utf8Length(text);
            case Value.Items(List<Value> items) -> {
                long size = sizeOfCount(items.size());
                for (Value item : items) {
                    size += sizeOf(item);
                }
                yield size;
            }
            case Value.Fields(Map<String, Value> fields) -> {
                long size = sizeOfCount(fields.size());
                for (Map.Entry<String, Value> field : fields.entrySet()) {
                    size += COUNT_BYTES + utf8Length(field.getKey()) + sizeOf(field.getValue());
                }
                yield size;
            }
        };
    }

    private static long sizeOfCount(int count) {
        return count > ITEMS_MAX ? Frame.BODY_BYTES_MAX + 1L : TAG_BYTES + COUNT_BYTES;
    }

    static void write(Value value, FrameWriter out) throws IOException {
        switch (value) {
            case Value.Null _ -> out.put(NULL);
            case Value.Bool(boolean isTrue) -> out.put(isTrue ? TRUE : FALSE);
            case Value.Int64(long number) -> out.put(INT64).putLong(number);
            case Value.Float64(double number) -> out.put(FLOAT64).putLong(Double.doubleToRawLongBits(number));
            case Value.Octets(Bytes content) ->
                out.put(OCTETS).putInt(content.length()).put(content.readOnlyArray());
            case Value.Text(String text) -> writeText(text, out.put(TEXT));
            case Value.Items(List<Value> items) -> {
                out.put(ITEMS).putInt(items.size());
                for (Value item : items) {
                    write(item, out);
                }
            }
            case Value.Fields(Map<String, Value> fields) -> {
                out.put(FIELDS).putInt(fields.size());
                for (Map.Entry<String, Value> field : fields.entrySet()) {
                    writeText(field.getKey(), out);
                    write(field.getValue(), out);
                }
            }
        }
    }

    private static void writeText(String text, FrameWriter out) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.putInt(utf8.length).put(utf8);
    }

    /// As `getBytes(UTF_8)` has it: a lone surrogate becomes one `?`.
    private static long utf8Length(String text) {
        long bytes = 0;
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            if (unit < 0x80) {
                bytes++;
            } else if (unit < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(unit)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(unit)
                    && at + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(at + 1))) {
                bytes += 4;
                at++;
            } else {
                bytes++;
            }
        }
        return bytes;
    }

    /// Reads the one value that `in` consists of.
    static Value readOnly(ByteBuffer in) throws GuestProtocolViolation {
        Value value = read(in, DEPTH_MAX);
        if (in.hasRemaining()) {
            throw new GuestProtocolViolation("bytes after the value");
        }
        return value;
    }

    private static Value read(ByteBuffer in, int depthLeft) throws GuestProtocolViolation {
        require(in, TAG_BYTES);
        byte tag = in.get();
        return switch (tag) {
            case NULL -> Value.NULL;
            case FALSE -> Value.FALSE;
            case TRUE -> Value.TRUE;
            case INT64 -> new Value.Int64(readLong(in));
            case FLOAT64 -> new Value.Float64(Double.longBitsToDouble(readLong(in)));
            case OCTETS -> new Value.Octets(Bytes.takeOver(readBytes(in, Frame.BODY_BYTES_MAX)));
            case TEXT -> new Value.Text(readText(in, Frame.BODY_BYTES_MAX));
            case ITEMS -> new Value.Items(readItems(in, deeper(depthLeft)));
            case FIELDS -> new Value.Fields(readFields(in, deeper(depthLeft)));
            default -> throw new GuestProtocolViolation("unknown kind of value");
        };
    }

    private static int deeper(int depthLeft) throws GuestProtocolViolation {
        if (depthLeft == 0) {
            throw new GuestProtocolViolation("values nested too deeply");
        }
        return depthLeft - 1;
    }

    private static List<Value> readItems(ByteBuffer in, int depthLeft) throws GuestProtocolViolation {
        int count = readCount(in, TAG_BYTES);
        List<Value> items = new ArrayList<>(count);
        for (int at = 0; at < count; at++) {
            items.add(read(in, depthLeft));
        }
        return items;
    }

    private static Map<String, Value> readFields(ByteBuffer in, int depthLeft) throws GuestProtocolViolation {
        int count = readCount(in, COUNT_BYTES + TAG_BYTES);
        Map<String, Value> fields = LinkedHashMap.newLinkedHashMap(count);
        for (int at = 0; at < count; at++) {
            String key = readText(in, KEY_BYTES_MAX);
            if (fields.put(key, read(in, depthLeft)) != null) {
                throw new GuestProtocolViolation("the same key twice");
            }
        }
        return fields;
    }

    private static int readCount(ByteBuffer in, int bytesEachMin) throws GuestProtocolViolation {
        require(in, COUNT_BYTES);
        int count = in.getInt();
        if (count < 0 || count > ITEMS_MAX || (long) count * bytesEachMin > in.remaining()) {
            throw new GuestProtocolViolation("a count beyond the frame");
        }
        return count;
    }

    private static String readText(ByteBuffer in, int bytesMax) throws GuestProtocolViolation {
        byte[] utf8 = readBytes(in, bytesMax);
        String text = new String(utf8, StandardCharsets.UTF_8);
        // Malformed input decodes to U+FFFD; only a text that has one needs the second look.
        if (text.indexOf(REPLACEMENT) >= 0 && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), utf8)) {
            throw new GuestProtocolViolation("text that is not UTF-8");
        }
        return text;
    }

    private static byte[] readBytes(ByteBuffer in, int bytesMax) throws GuestProtocolViolation {
        require(in, COUNT_BYTES);
        int length = in.getInt();
        if (length < 0 || length > bytesMax || length > in.remaining()) {
            throw new GuestProtocolViolation("a length beyond the frame");
        }
        byte[] content = new byte[length];
        in.get(content);
        return content;
    }

    private static long readLong(ByteBuffer in) throws GuestProtocolViolation {
        require(in, Long.BYTES);
        return in.getLong();
    }

    private static void require(ByteBuffer in, int bytes) throws GuestProtocolViolation {
        if (in.remaining() < bytes) {
            throw new GuestProtocolViolation("the frame ends inside a value");
        }
    }
}
