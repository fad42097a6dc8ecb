package dev.sluice.cli.api;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The kinds of keys that a service account can have.
public enum KeyKind {
    /// Dispatch's client signs with this one only.
    RSA("RSA", "RS256", "SHA256withRSA", "06092a864886f70d010101"),
    P256("EC", "ES256", "SHA256withECDSAinP1363Format", "06072a8648ce3d020106082a8648ce3d030107"),
    ED25519("Ed25519", "EdDSA", "Ed25519", "06032b6570");

    private static final int RSA_BITS = 2048;

    private final String algorithm;
    private final String tokenAlgorithm;
    private final String signature;
    private final String objectId;

    /// @param objectId in DER, with the curve's where there is a choice, as hex
    KeyKind(String algorithm, String tokenAlgorithm, String signature, String objectId) {
        this.algorithm = algorithm;
        this.tokenAlgorithm = tokenAlgorithm;
        this.signature = signature;
        this.objectId = objectId;
    }

    /// By the word that stands for it: `rsa`, `p256` or `ed25519`.
    public static Optional<KeyKind> named(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(KeyKind::word).toList();
    }

    /// Of a private key in PKCS#8.
    ///
    /// @throws IllegalArgumentException if it is of no kind that is known
    static KeyKind of(byte[] pkcs8) {
        int from = secondMember(pkcs8) + 2;
        for (KeyKind kind : values()) {
            byte[] id = HexFormat.of().parseHex(kind.objectId);
            int to = from + id.length;
            if (to <= pkcs8.length && Arrays.equals(pkcs8, from, to, id, 0, id.length)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("a key of another kind");
    }

    /// Where the second member of a sequence begins of which the first is the version, three bytes.
    static int secondMember(byte[] der) {
        if (der.length < 2) {
            return der.length;
        }
        int lengthBytes = (der[1] & 0x80) == 0 ? 0 : der[1] & 0x7f;
        return 2 + lengthBytes + 3;
    }

    KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            switch (this) {
                case RSA -> generator.initialize(RSA_BITS);
                case P256 -> generator.initialize(new ECGenParameterSpec("secp256r1"));
                case ED25519 -> generator.initialize(NamedParameterSpec.ED25519);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has " + algorithm, impossible);
        }
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What the JDK calls it.
    String algorithm() {
        return algorithm;
    }

    /// What a token's header calls it.
    String tokenAlgorithm() {
        return tokenAlgorithm;
    }

    /// What the JDK calls its signatures, in the form that tokens have.
    String signature() {
        return signature;
    }
}
