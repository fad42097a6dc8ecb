package dev.sluice.tls;

import java.io.IOException;
import java.io.StringReader;
import java.security.PrivateKey;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/// Private keys in PEM.
final class PrivateKeys {
    private static final int OBJECTS_MAX = 4;

    private PrivateKeys() {}

    /// Takes the first private key of a text; parameters of curves may stand before it.
    ///
    /// @throws CredentialsInvalid without a word of the text
    static PrivateKey parse(String pem) throws CredentialsInvalid {
        Credentials.requireBounded(pem, "lines of the key");
        try (var parser = new PEMParser(new StringReader(pem))) {
            for (int i = 0; i < OBJECTS_MAX; i++) {
                Object object = parser.readObject();
                PrivateKeyInfo info = switch (object) {
                    case PrivateKeyInfo plain -> plain;
                    case PEMKeyPair pair -> pair.getPrivateKeyInfo();
                    case PEMEncryptedKeyPair _, PKCS8EncryptedPrivateKeyInfo _ ->
                        throw new CredentialsInvalid(
                                "the private key has a passphrase: it is to be stored without one");
                    case null -> throw new CredentialsInvalid(NONE);
                    default -> null;
                };
                if (info != null) {
                    PrivateKey key = new JcaPEMKeyConverter().getPrivateKey(info);
                    signature(key);
                    return key;
                }
            }
            throw new CredentialsInvalid(NONE);
        } catch (IOException | IllegalArgumentException | IllegalStateException broken) {
            throw new CredentialsInvalid(NONE);
        }
    }

    private static final String NONE = "the private key cannot be read: it is to be in PEM, and EC or RSA";

    /// The algorithm by which a key signs.
    static String signature(PrivateKey key) throws CredentialsInvalid {
        return switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> throw new CredentialsInvalid(NONE);
        };
    }
}
