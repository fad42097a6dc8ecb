package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// `hash password|key`: what a secret keeps in the place of a password or a key, so that nobody who reads the secret
/// can enter by it. Asks no server.
final class HashWords {
    static final int ITERATIONS = 600_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 256;
    private static final int KEY_BYTES = 32;
    private static final String KEY_PREFIX = "sluice_";
    private static final String FROM_INPUT = "--password-stdin";

    private HashWords() {}

    static Word all() {
        return new Word(
                "hash",
                "Make what a secret keeps in the place of a password or a key.",
                List.of(
                        new Word("password", "Ask for a password and print its hash.", HashWords::password)
                                .flag(Flag.bare("read it from standard input", FROM_INPUT))
                                .example("sluice hash password")
                                .example("printf '{\"jon\": \"%s\"}' \"$(sluice hash password)\""
                                        + " | sluice create secret users -")
                                .example("pwgen 20 1 | tee password | sluice hash password --password-stdin"),
                        new Word("key", "Make a key, print it once, and print its digest.", HashWords::key)
                                .example("sluice hash key")));
    }

    private static int password(Arguments arguments, Session session) {
        String password = arguments.has(FROM_INPUT) ? Passwords.piped(session) : typedTwice(session);
        String hash = hash(password, random(SALT_BYTES));
        session.print(Json.Obj.empty().with("hash", hash), () -> hash);
        return 0;
    }

    private static String typedTwice(Session session) {
        String otherwise = "pipe it in, with " + FROM_INPUT;
        String first = Passwords.typed(session, "Password: ", otherwise);
        if (!first.equals(Passwords.typed(session, "Once more: ", otherwise))) {
            throw new Failure("the two passwords are not the same: try again");
        }
        return first;
    }

    private static String hash(String password, byte[] salt) {
        var wanted = new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, HASH_BITS);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        try {
            byte[] made = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(wanted)
                    .getEncoded();
            return "$pbkdf2-sha256$i=" + ITERATIONS + "$" + base64.encodeToString(salt) + "$"
                    + base64.encodeToString(made);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has PBKDF2", impossible);
        } finally {
            wanted.clearPassword();
        }
    }

    private static int key(Arguments arguments, Session session) {
        String key = KEY_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random(KEY_BYTES));
        String digest = "sha256:" + HexFormat.of().formatHex(sha256(key));
        Json both = Json.Obj.empty().with("digest", digest).with("key", key);
        session.print(both, () -> "Key, for whoever calls: " + key + "\nDigest, for the secret: " + digest);
        return 0;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
