package dev.sluice.org;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// RSA public keys as Dispatch keeps them: base64 of a PEM text.
public final class RsaKeyText {
    public static final int MODULUS_BITS_MIN = 2048;
    static final int MODULUS_BITS_MAX = 8192;
    private static final int TEXT_CHARS_MAX = 16_384;

    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN PUBLIC KEY-----\\s([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");

    private RsaKeyText() {}

    /// The key, unless the text is none or its key is too small to trust or too big to use.
    public static Optional<RSAPublicKey> parse(String base64OfPem) {
        if (base64OfPem.length() > TEXT_CHARS_MAX) {
            return Optional.empty();
        }
        try {
            String pem = new String(Base64.getDecoder().decode(base64OfPem), StandardCharsets.UTF_8);
            Matcher match = PEM.matcher(pem);
            if (!match.matches()) {
                return Optional.empty();
            }
            var spec = new X509EncodedKeySpec(Base64.getMimeDecoder().decode(match.group(1)));
            var key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec);
            int bits = key.getModulus().bitLength();
            return bits < MODULUS_BITS_MIN || bits > MODULUS_BITS_MAX ? Optional.empty() : Optional.of(key);
        } catch (IllegalArgumentException | InvalidKeySpecException notAKey) {
            return Optional.empty();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has RSA", impossible);
        }
    }

    /// The text of `key`.
    public static String print(RSAPublicKey key) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        String pem = "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }
}
