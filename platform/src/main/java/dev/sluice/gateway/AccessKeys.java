package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The store's keys of the log of accesses. All of an organization begin with the hash of its name.
final class AccessKeys {
    private static final int SHARD_BYTES = 4;
    private static final char ROOM = 'w';

    private AccessKeys() {}

    static Bytes all(String organization) {
        return key(organization, new byte[0]);
    }

    static Bytes of(String organization, String api) {
        return key(organization, text(api), new byte[1]);
    }

    /// In the order of the places.
    static Bytes at(String organization, String api, long place) {
        return key(
                organization,
                text(api),
                new byte[1],
                ByteBuffer.allocate(Long.BYTES).putLong(place).array());
    }

    static long place(Bytes key) {
        return key.slice(key.length() - Long.BYTES, key.length()).asBuffer().getLong();
    }

    static Bytes shard(Bytes key) {
        return key.slice(0, SHARD_BYTES);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Bytes key(String organization, byte[]... parts) {
        var out = new ByteArrayOutputStream();
        out.write(Digest.sha256().digest(text(organization)), 0, SHARD_BYTES);
        out.write(ROOM);
        out.writeBytes(text(organization));
        out.write(0);
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return Bytes.takeOver(out.toByteArray());
    }
}
