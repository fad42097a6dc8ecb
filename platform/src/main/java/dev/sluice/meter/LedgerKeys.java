package dev.sluice.meter;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The store's keys of this room: the hash of the organization, then it, then the function.
final class LedgerKeys {
    private static final int SHARD_BYTES = 4;
    private static final char ROOM = 'm';

    private LedgerKeys() {}

    static Bytes all(String organization) {
        return of(organization, "");
    }

    static Bytes of(String organization, String item) {
        var out = new ByteArrayOutputStream();
        out.write(Digest.sha256().digest(text(organization)), 0, SHARD_BYTES);
        out.write(ROOM);
        out.writeBytes(text(organization));
        out.write(0);
        out.writeBytes(text(item));
        return Bytes.takeOver(out.toByteArray());
    }

    /// The item of a key of that organization.
    static String item(String organization, Bytes key) {
        return key.slice(all(organization).length(), key.length()).utf8();
    }

    static Bytes shard(String organization) {
        return all(organization).slice(0, SHARD_BYTES);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
