package dev.sluice.source;

import dev.sluice.bytes.Bytes;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A keyed hash that senders of webhooks sign with.
public enum Hmac {
    SHA1("HmacSHA1", 20),
    SHA256("HmacSHA256", 32),
    SHA512("HmacSHA512", 64);

    private final String algorithm;
    private final int bytes;

    Hmac(String algorithm, int bytes) {
        this.algorithm = algorithm;
        this.bytes = bytes;
    }

    /// Of a hash.
    int bytes() {
        return bytes;
    }

    /// @param key not empty
    byte[] of(Bytes key, Bytes... parts) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.toArray(), algorithm));
            for (Bytes part : parts) {
                mac.update(part.asBuffer());
            }
            return mac.doFinal();
        } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
            throw new IllegalStateException("this JDK has no " + algorithm, impossible);
        }
    }
}
