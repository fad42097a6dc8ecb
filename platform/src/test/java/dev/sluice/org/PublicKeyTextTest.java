package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.kernel.Refused;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ECPoint;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.junit.jupiter.api.Test;

/// Keys that somebody has put together by hand.
final class PublicKeyTextTest {
    private static final int COORDINATE_BYTES = 32;
    private static final X9ECParameters P256 = CustomNamedCurves.getByName("secp256r1");
    private static final BigInteger P = P256.getCurve().getField().getCharacteristic();

    /// Points with a small coordinate: only theirs fits 32 bytes with `P` added.
    private static final BigInteger Y_OF_X_0 =
            new BigInteger("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4", 16);

    private static final BigInteger X_OF_Y_5 =
            new BigInteger("0d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7", 16);

    @Test
    void aPointOfTheCurve_isAKey_andHasOneText() throws Exception {
        assertThat(named(point(BigInteger.ZERO, Y_OF_X_0, COORDINATE_BYTES))).isPresent();
        assertThat(named(point(X_OF_Y_5, BigInteger.valueOf(5), COORDINATE_BYTES)))
                .isPresent();
        assertThat(named(point(P, Y_OF_X_0, COORDINATE_BYTES))).isEmpty();
        assertThat(named(point(X_OF_Y_5, P.add(BigInteger.valueOf(5)), COORDINATE_BYTES)))
                .isEmpty();
        assertThat(named(new byte[] {0})).as("the point at infinity").isEmpty();
    }

    @Test
    void aPoint_underAnotherCurvesName_isNoKey() throws Exception {
        byte[] point = point(BigInteger.ZERO, Y_OF_X_0, 48);
        assertThat(ec(SECObjectIdentifiers.secp384r1, point)).isEmpty();
    }

    /// With a generator of his own choice, somebody could sign for a key that is another's.
    @Test
    void aCurveThatIsSpeltOut_isNoKey() throws Exception {
        ECPoint other = P256.getG().twice().normalize();
        var spelt = new X9ECParameters(P256.getCurve(), new X9ECPoint(other, false), P256.getN(), P256.getH());
        byte[] point = point(BigInteger.ZERO, Y_OF_X_0, COORDINATE_BYTES);
        assertThat(ec(spelt, point)).isEmpty();
    }

    @Test
    void anRsaKey_isAsLargeAsCanBeUsed() throws Exception {
        assertThat(rsa(PublicKeyText.MODULUS_BITS_MAX)).isPresent();
        assertThat(rsa(PublicKeyText.MODULUS_BITS_MAX + 1)).isEmpty();
        assertThat(rsa(PublicKeyText.MODULUS_BITS_MIN)).isPresent();
        assertThat(rsa(PublicKeyText.MODULUS_BITS_MIN - 1)).isEmpty();
    }

    @Test
    void aText_isNoLongerThanAKeyNeeds() throws Exception {
        byte[] key = encoded(X9ObjectIdentifiers.prime256v1, point(BigInteger.ZERO, Y_OF_X_0, COORDINATE_BYTES));
        assertThat(PublicKeyText.parse(text(key, " ".repeat(100)))).isPresent();
        assertThat(PublicKeyText.parse(text(key, " ".repeat(20_000)))).isEmpty();
        assertThatThrownBy(() -> PublicKeyText.require(""))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason()).endsWith("public key is not base64 encoded"));
    }

    private static Optional<PublicKey> named(byte[] point) throws IOException {
        return ec(X9ObjectIdentifiers.prime256v1, point);
    }

    private static Optional<PublicKey> ec(ASN1Encodable curve, byte[] point) throws IOException {
        return PublicKeyText.parse(text(encoded(curve, point), ""));
    }

    private static byte[] encoded(ASN1Encodable curve, byte[] point) throws IOException {
        return new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), point)
                .getEncoded();
    }

    private static Optional<PublicKey> rsa(int bits) throws IOException {
        var key = new RSAPublicKey(BigInteger.TWO.pow(bits).subtract(BigInteger.ONE), BigInteger.valueOf(65_537));
        var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption);
        return PublicKeyText.parse(text(new SubjectPublicKeyInfo(algorithm, key).getEncoded(), ""));
    }

    private static byte[] point(BigInteger x, BigInteger y, int bytes) {
        byte[] point = new byte[1 + 2 * bytes];
        point[0] = 4;
        fill(point, bytes + 1, x);
        fill(point, point.length, y);
        return point;
    }

    private static void fill(byte[] point, int end, BigInteger number) {
        byte[] its = number.toByteArray();
        int from = its[0] == 0 ? 1 : 0;
        System.arraycopy(its, from, point, end - (its.length - from), its.length - from);
    }

    private static String text(byte[] key, String behind) {
        String pem = "-----BEGIN PUBLIC KEY-----\n" + Base64.getEncoder().encodeToString(key)
                + "\n-----END PUBLIC KEY-----\n" + behind;
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }
}
