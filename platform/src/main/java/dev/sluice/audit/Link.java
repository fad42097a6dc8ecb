package dev.sluice.audit;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/// One link of a chain: binds a record, of which it tells nothing, to all that came before.
///
/// @param number     from 1, without a gap
/// @param previous   the hash of the link before
/// @param commitment the SHA-256 of the salted record
/// @param bytes      how many bytes the records of the chain have had up to here
record Link(long number, Bytes previous, Bytes commitment, long bytes) {
    static final int HASH_BYTES = 32;

    /// What the first link names as the one before.
    static final Bytes NOTHING = Bytes.takeOver(new byte[HASH_BYTES]);

    private static final int STORED_BYTES = 2 * HASH_BYTES + Long.BYTES;
    private static final Bytes DOMAIN = Bytes.utf8("sluice audit 1\n");

    static Bytes commitment(Bytes record) {
        MessageDigest sha = Digest.sha256();
        sha.update(record.asBuffer());
        return Bytes.takeOver(sha.digest());
    }

    /// What the next link names as the one before. Depends on the chain too: no link fits into another one.
    Bytes hash(ChainKeys chain) {
        byte[] name = chain.organization().getBytes(StandardCharsets.UTF_8);
        MessageDigest sha = Digest.sha256();
        sha.update(DOMAIN.asBuffer());
        sha.update(ByteBuffer.allocate(2 * Integer.BYTES + name.length + Long.BYTES)
                .putInt(chain.part().number())
                .putInt(name.length)
                .put(name)
                .putLong(number)
                .flip());
        sha.update(encode().asBuffer());
        return Bytes.takeOver(sha.digest());
    }

    Bytes encode() {
        return Bytes.takeOver(ByteBuffer.allocate(STORED_BYTES)
                .put(previous.asBuffer())
                .put(commitment.asBuffer())
                .putLong(bytes)
                .array());
    }

    /// The link that is stored under `number`; nothing if those bytes are none.
    static Optional<Link> decode(long number, Bytes stored) {
        if (stored.length() != STORED_BYTES) {
            return Optional.empty();
        }
        return Optional.of(new Link(
                number,
                stored.slice(0, HASH_BYTES),
                stored.slice(HASH_BYTES, 2 * HASH_BYTES),
                stored.slice(2 * HASH_BYTES, STORED_BYTES).asBuffer().getLong()));
    }
}
