package dev.sluice.guest;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One message of the guest protocol, as guest/vectors/frames.tsv shows them. Values are what they are in Java: null,
/// `Boolean`, `Long`, `Double`, `byte[]`, `String`, `List` and `Map` with text for keys.
record Frame(Kind kind, int id, @Nullable Object value) {
    /// Of a frame without its length.
    static final int BODY_BYTES_MAX = 8 << 20;

    /// Kind and id.
    static final int HEAD_BYTES = 5;

    private static final int DEPTH_MAX = 32;
    private static final int ITEMS_MAX = 1 << 16;
    private static final int KEY_BYTES_MAX = 256;

    enum Kind {
        HELLO(0x01),
        LOADED(0x02),
        LOAD_FAILED(0x03),
        CALL(0x04),
        RESULT(0x05),
        ERROR(0x06),
        CHUNK(0x07),
        LOG(0x08),
        FILE(0x41),
        LOAD(0x42),
        RUN(0x43),
        REPLY(0x44),
        INBOUND(0x45);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        private static Kind of(byte code) throws Violation {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new Violation("an unknown kind of frame");
        }
    }

    /// The frame with its length.
    byte[] encoded() throws Violation {
        long length = HEAD_BYTES + size(value, DEPTH_MAX);
        if (length > BODY_BYTES_MAX) {
            throw new Violation("a frame of more than " + BODY_BYTES_MAX + " bytes");
        }
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + (int) length);
        out.putInt((int) length).put(kind.code).putInt(id);
        write(value, out);
        return out.array();
    }

    private static long size(@Nullable Object value, int depth) throws Violation {
        if (value == null || value instanceof Boolean) {
            return 1;
        } else if (value instanceof Long || value instanceof Double) {
            return 1 + Long.BYTES;
        } else if (value instanceof byte[] octets) {
            return 1L + Integer.BYTES + octets.length;
        } else if (value instanceof String text) {
            return 1L + Integer.BYTES + utf8(text).length;
        } else if (depth > 0 && value instanceof List<?> items && items.size() <= ITEMS_MAX) {
            long size = 1L + Integer.BYTES;
            for (Object item : items) {
                size += size(item, depth - 1);
            }
            return size;
        } else if (depth > 0 && value instanceof Map<?, ?> fields && fields.size() <= ITEMS_MAX) {
            long size = 1L + Integer.BYTES;
            for (var field : fields.entrySet()) {
                size += Integer.BYTES + utf8((String) field.getKey()).length + size(field.getValue(), depth - 1);
            }
            return size;
        }
        throw new Violation("a value that no frame can carry");
    }

    private static void write(@Nullable Object value, ByteBuffer out) {
        if (value == null) {
            out.put((byte) 0);
        } else if (value instanceof Boolean truth) {
            out.put((byte) (truth ? 2 : 1));
        } else if (value instanceof Long number) {
            out.put((byte) 3).putLong(number);
        } else if (value instanceof Double number) {
            out.put((byte) 4).putDouble(number);
        } else if (value instanceof byte[] octets) {
            out.put((byte) 5).putInt(octets.length).put(octets);
        } else if (value instanceof String text) {
            out.put((byte) 6);
            writeText(text, out);
        } else if (value instanceof List<?> items) {
            out.put((byte) 7).putInt(items.size());
            items.forEach(item -> write(item, out));
        } else if (value instanceof Map<?, ?> fields) {
            out.put((byte) 8).putInt(fields.size());
            fields.forEach((key, item) -> {
                writeText((String) key, out);
                write(item, out);
            });
        }
    }

    private static void writeText(String text, ByteBuffer out) {
        byte[] bytes = utf8(text);
        out.putInt(bytes.length).put(bytes);
    }

    /// A half of a pair becomes `?`: text of the protocol is strict.
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The frame that a body is; whatever the bytes are, this or a [Violation].
    static Frame decoded(ByteBuffer body) throws Violation {
        try {
            Kind kind = Kind.of(body.get());
            int id = body.getInt();
            var frame = new Frame(kind, id, read(body, DEPTH_MAX));
            if (body.hasRemaining()) {
                throw new Violation("bytes after the value");
            }
            return frame;
        } catch (BufferUnderflowException cut) {
            throw new Violation("the frame ends inside a value");
        }
    }

    private static @Nullable Object read(ByteBuffer in, int depth) throws Violation {
        byte tag = in.get();
        return switch (tag) {
            case 0 -> null;
            case 1 -> false;
            case 2 -> true;
            case 3 -> in.getLong();
            case 4 -> in.getDouble();
            case 5 -> octets(in, BODY_BYTES_MAX);
            case 6 -> text(in, BODY_BYTES_MAX);
            case 7 -> items(in, depth);
            case 8 -> fields(in, depth);
            default -> throw new Violation("an unknown kind of value");
        };
    }

    private static List<@Nullable Object> items(ByteBuffer in, int depth) throws Violation {
        int count = count(in, depth, 1);
        List<@Nullable Object> items = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            items.add(read(in, depth - 1));
        }
        return items;
    }

    private static Map<String, @Nullable Object> fields(ByteBuffer in, int depth) throws Violation {
        int count = count(in, depth, 1 + Integer.BYTES);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (int n = 0; n < count; n++) {
            String key = text(in, KEY_BYTES_MAX);
            if (fields.containsKey(key)) {
                throw new Violation("the same key twice");
            }
            fields.put(key, read(in, depth - 1));
        }
        return fields;
    }

    private static int count(ByteBuffer in, int depth, int bytesEach) throws Violation {
        if (depth == 0) {
            throw new Violation("values nested too deeply");
        }
        int count = in.getInt();
        if (count < 0 || count > ITEMS_MAX || count > in.remaining() / bytesEach) {
            throw new Violation("a count beyond the frame");
        }
        return count;
    }

    private static byte[] octets(ByteBuffer in, int most) throws Violation {
        int length = in.getInt();
        if (length < 0 || length > most || length > in.remaining()) {
            throw new Violation("a length beyond the frame");
        }
        byte[] octets = new byte[length];
        in.get(octets);
        return octets;
    }

    private static String text(ByteBuffer in, int most) throws Violation {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets(in, most)))
                    .toString();
        } catch (CharacterCodingException notText) {
            throw new Violation("text that is not UTF-8");
        }
    }
}
