package dev.sluice.secret;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.security.SecureRandom;
import javax.crypto.SecretKey;

/// A key that wraps the organizations' keys.
///
/// @param id from the key itself, which it does not tell: a key of 256 random bits is not found by its digest
record MasterKey(String id, SecretKey key) {
    static final int ID_CHARS = 16;

    /// @throws IllegalArgumentException if it has another length
    static MasterKey of(byte[] key) {
        if (key.length != Sealing.KEY_BYTES) {
            throw new IllegalArgumentException("a key has " + Sealing.KEY_BYTES + " bytes");
        }
        String id = Digest.of(Bytes.copyOf(key)).hex().substring(0, ID_CHARS);
        return new MasterKey(id, Sealing.key(key));
    }

    static MasterKey fresh(SecureRandom random) {
        return of(Sealing.fresh(random).getEncoded());
    }

    @Override
    public String toString() {
        return "MasterKey[" + id + "]";
    }
}
