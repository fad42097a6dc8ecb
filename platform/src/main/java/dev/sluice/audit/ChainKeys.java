package dev.sluice.audit;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The store's keys of this room. Those of an organization begin with the hash of its name.
///
/// @param part which of its chains
record ChainKeys(String organization, Part part) {
    private static final int SHARD_BYTES = 4;
    private static final byte AUDIT = 'a';
    private static final byte INDEX = 'x';
    private static final byte LINK = 'l';
    private static final byte RECORD = 'r';

    /// An organization's chains.
    enum Part {
        /// What changed authority. Kept for ever.
        ACTS(0),
        /// Refusals, and what runs released. Bounded: the oldest go, and the acts say up to where.
        FLOWS(1),
        /// What policies decided. Bounded as the flows are.
        DECISIONS(2);

        private final int number;

        Part(int number) {
            this.number = number;
        }

        /// As the store and the hashes have it.
        int number() {
            return number;
        }

        /// As one reads it.
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The kind of an act's record: that the oldest of this chain were forgotten.
        String pruned() {
            return word() + ".pruned";
        }
    }

    Bytes link(long number) {
        return below(LINK, number);
    }

    Bytes links() {
        return prefix(LINK);
    }

    Bytes record(long number) {
        return below(RECORD, number);
    }

    Bytes records() {
        return prefix(RECORD);
    }

    /// Where the record of a request or a run is found by its id.
    static Bytes index(String id) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        out.write(Digest.sha256().digest(text), 0, SHARD_BYTES);
        out.write(INDEX);
        out.writeBytes(text);
        return Bytes.takeOver(out.toByteArray());
    }

    static long numberOf(Bytes key) {
        return key.slice(key.length() - Long.BYTES, key.length()).asBuffer().getLong();
    }

    private Bytes below(byte what, long number) {
        byte[] prefix = prefix(what).readOnlyArray();
        return Bytes.takeOver(ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(number)
                .array());
    }

    private Bytes prefix(byte what) {
        byte[] text = organization.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        out.write(Digest.sha256().digest(text), 0, SHARD_BYTES);
        out.write(AUDIT);
        out.writeBytes(text);
        out.write(0);
        out.write(part.number());
        out.write(what);
        return Bytes.takeOver(out.toByteArray());
    }
}
