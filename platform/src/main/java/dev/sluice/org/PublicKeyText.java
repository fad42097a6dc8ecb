package dev.sluice.org;

import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Public keys as Dispatch keeps them: base64 of a PEM text. Three kinds can be used: RSA, EC on P-256, and Ed25519.
public final class PublicKeyText {
    public static final int MODULUS_BITS_MIN = 2048;
    static final int MODULUS_BITS_MAX = 8192;
    private static final int EXPONENT_BITS_MAX = 64;
    private static final int TEXT_CHARS_MAX = 16_384;
    private static final int COORDINATE_BYTES = 32;

    private static final String INVALID = "error validating service account: ";
    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN PUBLIC KEY-----\\s([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");

    /// The points of small order: whoever chose one of them as his key could be spoken for by everybody.
    private static final List<String> WEAK_ED25519 = List.of(
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

    private PublicKeyText() {}

    /// The key, unless the text is none or its key is of another kind, too small to trust or too big to use.
    public static Optional<PublicKey> parse(String base64OfPem) {
        return pem(base64OfPem).flatMap(PublicKeyText::ofPem);
    }

    /// As [#parse], saying in Dispatch's words what is wrong.
    ///
    /// @throws Refused `INVALID`
    public static PublicKey require(String base64OfPem) {
        String pem = pem(base64OfPem)
                .orElseThrow(() -> new Refused(Refusal.INVALID, INVALID + "public key is not base64 encoded"));
        return ofPem(pem)
                .orElseThrow(() ->
                        new Refused(Refusal.INVALID, INVALID + "invalid public key or public key not in PEM format"));
    }

    /// The text of `key`.
    public static String print(PublicKey key) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        String pem = "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    /// The key's name wherever it is: RFC 7638 with SHA-256.
    ///
    /// @param key of one of the kinds that can be used
    public static String thumbprint(PublicKey key) {
        String members = switch (key) {
            case RSAPublicKey rsa ->
                "\"e\":\"" + encode(unsigned(rsa.getPublicExponent())) + "\",\"kty\":\"RSA\",\"n\":\""
                        + encode(unsigned(rsa.getModulus())) + "\"";
            case ECPublicKey ec ->
                "\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""
                        + encode(padded(ec.getW().getAffineX())) + "\",\"y\":\""
                        + encode(padded(ec.getW().getAffineY())) + "\"";
            default -> "\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + encode(ed25519Point(key)) + "\"";
        };
        return encode(Digest.sha256().digest(("{" + members + "}").getBytes(StandardCharsets.US_ASCII)));
    }

    /// The inner of the two wrappings, whatever it holds.
    private static Optional<String> pem(String base64OfPem) {
        if (base64OfPem.isEmpty() || base64OfPem.length() > TEXT_CHARS_MAX) {
            return Optional.empty();
        }
        try {
            return Optional.of(new String(Base64.getDecoder().decode(base64OfPem), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static Optional<PublicKey> ofPem(String pem) {
        Matcher match = PEM.matcher(pem);
        if (!match.matches()) {
            return Optional.empty();
        }
        try {
            var spec = new X509EncodedKeySpec(Base64.getMimeDecoder().decode(match.group(1)));
            return key("RSA", spec)
                    .or(() -> key("EC", spec))
                    .or(() -> key("Ed25519", spec))
                    .filter(PublicKeyText::isGood);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static Optional<PublicKey> key(String kind, X509EncodedKeySpec spec) {
        try {
            return Optional.of(KeyFactory.getInstance(kind).generatePublic(spec));
        } catch (InvalidKeySpecException anotherKind) {
            return Optional.empty();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has " + kind, impossible);
        }
    }

    private static boolean isGood(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> isGood(rsa);
            case ECPublicKey ec -> isOnP256(ec);
            default ->
                key instanceof EdECPublicKey
                        && !WEAK_ED25519.contains(HexFormat.of().formatHex(withoutSign(ed25519Point(key))));
        };
    }

    /// The JDK reads no exponent below 3.
    private static boolean isGood(RSAPublicKey rsa) {
        int bits = rsa.getModulus().bitLength();
        BigInteger exponent = rsa.getPublicExponent();
        return bits >= MODULUS_BITS_MIN
                && bits <= MODULUS_BITS_MAX
                && exponent.bitLength() <= EXPONENT_BITS_MAX
                && exponent.testBit(0);
    }

    /// The JDK reads curves by name only, and no point at infinity; it reads coordinates that are not on the curve, and
    /// such as stand for a smaller one.
    private static boolean isOnP256(ECPublicKey ec) {
        ECParameterSpec p256 = p256();
        ECParameterSpec its = ec.getParams();
        ECPoint point = ec.getW();
        if (!its.getCurve().equals(p256.getCurve())) {
            return false;
        }
        BigInteger p = ((ECFieldFp) p256.getCurve().getField()).getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        BigInteger right = x.pow(3)
                .add(p256.getCurve().getA().multiply(x))
                .add(p256.getCurve().getB());
        return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.pow(2).mod(p).equals(right.mod(p));
    }

    private static ECParameterSpec p256() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has P-256", impossible);
        }
    }

    /// The last bytes of the encoded key (RFC 8410).
    private static byte[] ed25519Point(PublicKey key) {
        byte[] encoded = key.getEncoded();
        byte[] point = new byte[COORDINATE_BYTES];
        System.arraycopy(encoded, encoded.length - COORDINATE_BYTES, point, 0, COORDINATE_BYTES);
        return point;
    }

    private static byte[] withoutSign(byte[] point) {
        point[COORDINATE_BYTES - 1] &= 0x7f;
        return point;
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] signed = number.toByteArray();
        return signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
    }

    private static byte[] padded(BigInteger coordinate) {
        byte[] bytes = unsigned(coordinate);
        byte[] padded = new byte[COORDINATE_BYTES];
        System.arraycopy(bytes, 0, padded, COORDINATE_BYTES - bytes.length, bytes.length);
        return padded;
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
