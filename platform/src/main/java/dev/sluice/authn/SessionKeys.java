package dev.sluice.authn;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// The store's keys of sessions: all in one shard, so that a sweep is one scan.
final class SessionKeys {
    private static final int SHARD_BYTES = 4;
    private static final byte[] SHARD = Digest.sha256().digest("sessions".getBytes(StandardCharsets.UTF_8));

    private SessionKeys() {}

    /// @param digest of the id that its cookie holds
    static Bytes session(Digest digest) {
        return key('S', HexFormat.of().parseHex(digest.hex()));
    }

    static Bytes sessions() {
        return key('S', new byte[0]);
    }

    static Digest digestOf(Bytes session) {
        byte[] digest = session.slice(SHARD_BYTES + 1, session.length()).toArray();
        return new Digest(HexFormat.of().formatHex(digest));
    }

    /// The digests of somebody's sessions, the oldest first.
    static Bytes of(User user) {
        Digest who = Digest.of(Bytes.utf8(user.provider() + "\n" + user.mail()));
        return key('W', HexFormat.of().parseHex(who.hex()));
    }

    /// How many there are.
    static Bytes count() {
        return key('Z', new byte[0]);
    }

    private static Bytes key(char what, byte[] rest) {
        var out = new ByteArrayOutputStream();
        out.write(SHARD, 0, SHARD_BYTES);
        out.write(what);
        out.writeBytes(rest);
        return Bytes.takeOver(out.toByteArray());
    }
}
