package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The store's keys of this room. All of an organization begin with the hash of its name.
final class EventKeys {
    private static final int SHARD_BYTES = 4;
    private static final char ROOM = 'v';
    private static final char LOG = 'l';
    private static final char COUNT = 'n';
    private static final char SIZE = 'b';
    private static final char CURSOR = 'c';
    private static final char DEAD = 'd';
    private static final char BOOKMARK = 'k';
    private static final char RECEIVED = 'r';
    private static final char BY_BODY = 'b';
    private static final char BY_TIME = 't';
    private static final char NUMBER = 'n';
    private static final char KNOWING = 'k';

    private EventKeys() {}

    /// All of an organization.
    static Bytes all(String organization) {
        return key(organization, new byte[0]);
    }

    static Bytes log(String organization) {
        return key(organization, new byte[] {(byte) LOG});
    }

    /// In the order of the places.
    static Bytes at(String organization, long place) {
        return key(organization, new byte[] {(byte) LOG}, number(place));
    }

    static long place(Bytes key) {
        return key.slice(key.length() - Long.BYTES, key.length()).asBuffer().getLong();
    }

    /// How many events the log has.
    static Bytes count(String organization) {
        return key(organization, new byte[] {(byte) COUNT});
    }

    /// How many bytes the log has.
    static Bytes size(String organization) {
        return key(organization, new byte[] {(byte) SIZE});
    }

    /// How many events the log has that know more than others.
    static Bytes knowingCount(String organization) {
        return key(organization, new byte[] {(byte) COUNT, (byte) KNOWING});
    }

    static Bytes knowingSize(String organization) {
        return key(organization, new byte[] {(byte) SIZE, (byte) KNOWING});
    }

    static Bytes cursor(String organization, String subscription) {
        return key(organization, new byte[] {(byte) CURSOR}, text(subscription));
    }

    static Bytes dead(String organization, String subscription) {
        return key(organization, new byte[] {(byte) DEAD}, text(subscription), new byte[] {0});
    }

    static Bytes dead(String organization, String subscription, long place) {
        return key(organization, new byte[] {(byte) DEAD}, text(subscription), new byte[] {0}, number(place));
    }

    static Bytes bookmark(String organization, String driver) {
        return key(organization, new byte[] {(byte) BOOKMARK}, text(driver));
    }

    /// All that a driver has received.
    static Bytes received(String organization, String driver) {
        return received(organization, driver, new byte[0]);
    }

    static Bytes receivedBody(String organization, String driver, String body) {
        return received(organization, driver, new byte[] {(byte) BY_BODY}, text(body));
    }

    /// In the order of the times.
    static Bytes receivedAt(String organization, String driver) {
        return received(organization, driver, new byte[] {(byte) BY_TIME});
    }

    static Bytes receivedAt(String organization, String driver, long millis, String body) {
        return received(organization, driver, new byte[] {(byte) BY_TIME}, number(millis), text(body));
    }

    /// How many bodies a driver has received that are kept.
    static Bytes receivedCount(String organization, String driver) {
        return received(organization, driver, new byte[] {(byte) NUMBER});
    }

    private static Bytes received(String organization, String driver, byte[]... parts) {
        var all = new ByteArrayOutputStream();
        all.write(RECEIVED);
        all.writeBytes(text(driver));
        all.write(0);
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return key(organization, all.toByteArray());
    }

    static Bytes shard(Bytes key) {
        return key.slice(0, SHARD_BYTES);
    }

    private static byte[] number(long place) {
        return ByteBuffer.allocate(Long.BYTES).putLong(place).array();
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
