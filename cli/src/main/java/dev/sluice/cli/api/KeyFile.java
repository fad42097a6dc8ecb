package dev.sluice.cli.api;

import dev.sluice.cli.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads an unencrypted private key from a PEM file: RSA in PKCS#1 or PKCS#8, P-256 or Ed25519 in PKCS#8. Which of
/// them is seen from the content: Dispatch's client labels PKCS#1 as `PRIVATE KEY`.
final class KeyFile {
    private static final long FILE_BYTES_MAX = 1 << 16;
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END (RSA )?PRIVATE KEY-----");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    /// `INTEGER 0` and the algorithm `rsaEncryption` with its `NULL`, as RFC 5958 and RFC 8017 spell them in DER.
    private static final byte[] PKCS8_HEAD = {
        0x02,
        0x01,
        0x00,
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    private KeyFile() {}

    /// A private key and what signs with it.
    record SigningKey(KeyKind kind, PrivateKey key) {}

    static SigningKey read(Path path) {
        String text = text(path);
        if (text.contains("ENCRYPTED")) {
            throw new Failure("the private key " + path + " is encrypted; an unencrypted one is needed");
        }
        Matcher pem = PEM.matcher(text);
        if (!pem.find()) {
            throw new Failure("the private key " + path + " is not an RSA, P-256 or Ed25519 key in PEM format");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
            byte[] pkcs8 = isPkcs8(der) ? der : pkcs8Of(der);
            KeyKind kind = KeyKind.of(pkcs8);
            PrivateKey key = KeyFactory.getInstance(kind.algorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            return new SigningKey(kind, key);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new Failure("the private key " + path + " is not an RSA, P-256 or Ed25519 key", e);
        }
    }

    private static String text(Path path) {
        try {
            if (Files.size(path) > FILE_BYTES_MAX) {
                throw new Failure("the private key " + path + " is larger than " + FILE_BYTES_MAX + " bytes");
            }
            return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new Failure("the private key " + path + " does not exist", e);
        } catch (IOException e) {
            throw new Failure("cannot read the private key " + path + ": " + Failure.reason(e), e);
        }
    }

    /// Both forms begin with a sequence of which the first member is the version 0 (three bytes). The second is the
    /// algorithm, again a sequence, or the modulus, an integer.
    private static boolean isPkcs8(byte[] der) {
        int second = KeyKind.secondMember(der);
        return second < der.length && der[second] == SEQUENCE;
    }

    private static byte[] pkcs8Of(byte[] pkcs1) {
        var content = new ByteArrayOutputStream();
        content.writeBytes(PKCS8_HEAD);
        content.writeBytes(wrapped(OCTET_STRING, pkcs1));
        return wrapped(SEQUENCE, content.toByteArray());
    }

    /// The length takes two bytes, as it must between 256 and 65,535: no RSA key of use is shorter, and the file
    /// is not longer.
    private static byte[] wrapped(int tag, byte[] content) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        out.write(0x82);
        out.write(content.length >> 8);
        out.write(content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }
}
