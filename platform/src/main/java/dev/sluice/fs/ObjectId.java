package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// The name of an object in the store: 4 bytes that say on which shard it lives, then 16 that are random, or, for
/// the directory of a facet, a digest of what it is a facet of.
///
/// An id cannot be guessed, and opening one is still checked against the object's label.
public record ObjectId(Bytes value) {
    public static final int LENGTH_BYTES = 20;

    private static final int SHARD_BYTES = 4;
    private static final Pattern TEXT = Pattern.compile("[0-9a-f]{40}");

    public ObjectId {
        if (value.length() != LENGTH_BYTES) {
            throw new IllegalArgumentException("an object id is " + LENGTH_BYTES + " bytes");
        }
    }

    /// A fresh id on the shard of `owner`, the first token of the principal that is charged for the object.
    static ObjectId random(Bytes shard, SecureRandom random) {
        byte[] id = new byte[LENGTH_BYTES - SHARD_BYTES];
        random.nextBytes(id);
        return new ObjectId(join(shard.readOnlyArray(), id));
    }

    /// The id that a well-known name or a facet always has.
    static ObjectId derived(String owner, String... parts) {
        MessageDigest sha = dev.sluice.bytes.Digest.sha256();
        for (String part : parts) {
            byte[] text = part.getBytes(StandardCharsets.UTF_8);
            sha.update(new byte[] {
                (byte) (text.length >>> 24), (byte) (text.length >>> 16), (byte) (text.length >>> 8), (byte) text.length
            });
            sha.update(text);
        }
        byte[] id = new byte[LENGTH_BYTES - SHARD_BYTES];
        System.arraycopy(sha.digest(), 0, id, 0, id.length);
        return new ObjectId(join(shardOf(owner), id));
    }

    /// The shard of this object: everything reached from a directory without crossing a facet shares it.
    Bytes shard() {
        return value.slice(0, SHARD_BYTES);
    }

    /// Of the 128 bits that do not say the shard, the first half.
    long high() {
        return value.asBuffer().getLong(SHARD_BYTES);
    }

    /// And the second.
    long low() {
        return value.asBuffer().getLong(SHARD_BYTES + Long.BYTES);
    }

    /// The id that `text`, 40 hex digits, names.
    public static Optional<ObjectId> parse(String text) {
        return TEXT.matcher(text).matches()
                ? Optional.of(new ObjectId(Bytes.takeOver(HexFormat.of().parseHex(text))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(value.readOnlyArray());
    }

    private static byte[] shardOf(String owner) {
        MessageDigest sha = dev.sluice.bytes.Digest.sha256();
        byte[] digest = sha.digest(owner.getBytes(StandardCharsets.UTF_8));
        byte[] shard = new byte[SHARD_BYTES];
        System.arraycopy(digest, 0, shard, 0, SHARD_BYTES);
        return shard;
    }

    private static Bytes join(byte[] shard, byte[] id) {
        byte[] whole = new byte[shard.length + id.length];
        System.arraycopy(shard, 0, whole, 0, shard.length);
        System.arraycopy(id, 0, whole, shard.length, id.length);
        return Bytes.takeOver(whole);
    }
}
