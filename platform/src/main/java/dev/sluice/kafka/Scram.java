package dev.sluice.kafka;

import dev.sluice.kafka.Access.Login;
import dev.sluice.kafka.Access.Mechanism;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// The client's side of SCRAM (RFC 5802, 7677), once. The other side learns nothing of the password, proves that it
/// knows it, and decides only within bounds how much work that is.
final class Scram {
    static final int ITERATIONS_MIN = 4_096;
    static final int ITERATIONS_MAX = 100_000;
    private static final int NONCE_BYTES = 24;
    private static final int SALT_CHARS_MAX = 1_024;
    private static final String NO_BINDING = "n,,";
    private static final Pattern CHALLENGE =
            Pattern.compile("r=([!-+\\--~]{1,1024}),s=([A-Za-z0-9+/=]+),i=([0-9]{1,9})");

    private final Login login;
    private final boolean isWide;
    private final String nonce;
    private final String first;
    private byte[] serverSignature = {};

    Scram(Login login, SecureRandom random) {
        this.login = login;
        this.isWide = login.mechanism() == Mechanism.SCRAM_SHA_512;
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        this.nonce = Base64.getEncoder().withoutPadding().encodeToString(bytes);
        this.first = "n=" + login.user().replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    }

    byte[] begin() {
        return utf8(NO_BINDING + first);
    }

    /// The proof, for what the server has answered to [#begin].
    byte[] prove(byte[] answer) throws KafkaFailed {
        String text = new String(answer, StandardCharsets.UTF_8);
        Matcher parts = CHALLENGE.matcher(text);
        if (!parts.matches()
                || !parts.group(1).startsWith(nonce)
                || parts.group(2).length() > SALT_CHARS_MAX) {
            throw KafkaFailed.malformed();
        }
        int iterations = Integer.parseInt(parts.group(3));
        if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) {
            throw KafkaFailed.lasting("the broker asks for " + iterations + " iterations of SCRAM: " + ITERATIONS_MIN
                    + " to " + ITERATIONS_MAX + " are done");
        }
        String last = "c=" + Base64.getEncoder().encodeToString(utf8(NO_BINDING)) + ",r=" + parts.group(1);
        byte[] all = utf8(first + "," + text + "," + last);
        try {
            byte[] salted = salted(Base64.getDecoder().decode(parts.group(2)), iterations);
            byte[] clientKey = hmac(salted, utf8("Client Key"));
            byte[] stored =
                    MessageDigest.getInstance(isWide ? "SHA-512" : "SHA-256").digest(clientKey);
            byte[] proof = hmac(stored, all);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            serverSignature = hmac(hmac(salted, utf8("Server Key")), all);
            return utf8(last + ",p=" + Base64.getEncoder().encodeToString(proof));
        } catch (GeneralSecurityException | IllegalArgumentException notBase64) {
            throw KafkaFailed.malformed();
        }
    }

    /// Refuses a server that does not know the password.
    void verify(byte[] answer) throws KafkaFailed {
        byte[] expected = utf8("v=" + Base64.getEncoder().encodeToString(serverSignature));
        if (serverSignature.length == 0 || !MessageDigest.isEqual(expected, answer)) {
            throw KafkaFailed.lasting(
                    "the broker does not know the password itself: it is not the one it claims to be");
        }
    }

    private byte[] salted(byte[] salt, int iterations) throws GeneralSecurityException {
        var spec = new PBEKeySpec(login.password().toCharArray(), salt, iterations, isWide ? 512 : 256);
        return SecretKeyFactory.getInstance(isWide ? "PBKDF2WithHmacSHA512" : "PBKDF2WithHmacSHA256")
                .generateSecret(spec)
                .getEncoded();
    }

    private byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
        String name = isWide ? "HmacSHA512" : "HmacSHA256";
        Mac mac = Mac.getInstance(name);
        mac.init(new SecretKeySpec(key, name));
        return mac.doFinal(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
