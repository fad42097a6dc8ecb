package dev.sluice.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM as the JDK has it. What is sealed opens only with the same key and in the same context: that is why
/// no sealed thing can be put in the place of another.
///
/// The nonce is 96 random bits, which is sound for 2^32 things sealed with one key (NIST SP 800-38D, 8.3).
final class Sealing {
    static final int KEY_BYTES = 32;
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private Sealing() {}

    /// A random key.
    static SecretKey fresh(SecureRandom random) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return key(key);
    }

    static SecretKey key(byte[] bytes) {
        return new SecretKeySpec(bytes, "AES");
    }

    /// @param context what it is and where it belongs: the parts are told apart whatever they hold
    /// @return the nonce, what is sealed, and the tag
    static byte[] seal(SecretKey key, List<String> context, byte[] plain, SecureRandom random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + plain.length + TAG_BYTES);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, context);
            cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException impossible) {
            throw missing(impossible);
        }
    }

    /// What was sealed; empty if it was another key, another context, or not all of these bytes.
    static Optional<byte[]> open(SecretKey key, List<String> context, byte[] sealed) {
        if (sealed.length < NONCE_BYTES + TAG_BYTES) {
            return Optional.empty();
        }
        try {
            byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, context);
            return Optional.of(cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (AEADBadTagException forged) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw missing(impossible);
        }
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, List<String> context)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        for (String part : context) {
            cipher.updateAAD((part.length() + ":" + part).getBytes(StandardCharsets.UTF_8));
        }
        return cipher;
    }

    private static IllegalStateException missing(GeneralSecurityException impossible) {
        return new IllegalStateException("every JDK has AES-256-GCM", impossible);
    }
}
