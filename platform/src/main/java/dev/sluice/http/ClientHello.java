package dev.sluice.http;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The first that a TLS client says (RFC 8446 4.1.2), as far as the name in it goes that it asks for (RFC 6066 3).
///
/// Total: any bytes give one of the three. It decides nothing but whether a client is asked for a certificate; the
/// handshake reads the same bytes for itself.
sealed interface ClientHello {
    /// Where the name is not found within these, it is looked for no further.
    int BYTES_MAX = 16 << 10;

    /// @param name in lower case
    record For(String name) implements ClientHello {}

    record ForNobody() implements ClientHello {}

    /// It has not come whole yet.
    record Unfinished() implements ClientHello {}

    /// @param bytes what has come, from its position to its limit; neither is changed
    static ClientHello of(ByteBuffer bytes) {
        ByteBuffer in = bytes.slice();
        try {
            if (in.get() != 22) { // a record of the handshake
                return new ForNobody();
            }
            skip(in, 2);
            int length = Short.toUnsignedInt(in.getShort());
            if (in.remaining() < length) {
                return length <= BYTES_MAX && bytes.remaining() < BYTES_MAX ? new Unfinished() : new ForNobody();
            }
            in.limit(in.position() + length);
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return new Unfinished();
        }
        try {
            return hello(in);
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return new ForNobody(); // in pieces, or broken
        }
    }

    private static ClientHello hello(ByteBuffer in) {
        if (in.get() != 1) {
            return new ForNobody();
        }
        skip(in, 3 + 2 + 32); // its length, version and random
        skip(in, Byte.toUnsignedInt(in.get()));
        skip(in, Short.toUnsignedInt(in.getShort()));
        skip(in, Byte.toUnsignedInt(in.get()));
        in.limit(in.position() + 2 + Short.toUnsignedInt(in.getShort(in.position())));
        skip(in, 2);
        while (in.hasRemaining()) {
            int kind = Short.toUnsignedInt(in.getShort());
            int length = Short.toUnsignedInt(in.getShort());
            if (kind == 0) {
                return name(in.slice(in.position(), length));
            }
            skip(in, length);
        }
        return new ForNobody();
    }

    private static ClientHello name(ByteBuffer in) {
        skip(in, 2);
        if (in.get() != 0) {
            return new ForNobody();
        }
        byte[] name = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(name);
        return new For(new String(name, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT));
    }

    private static void skip(ByteBuffer in, int count) {
        in.position(in.position() + count); // IllegalArgumentException past the end
    }
}
