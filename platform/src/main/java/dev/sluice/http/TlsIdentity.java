package dev.sluice.http;

import dev.sluice.bytes.PrivateFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The key and certificate that a listener shows: read from two PEM files, made and self-signed when they are
/// missing or about to expire.
///
/// Self-signed for `localhost` and the loopback addresses: it encrypts, and whoever wants more names the
/// certificate file as trusted.
public final class TlsIdentity {
    static final Duration VALIDITY = Duration.ofDays(825);
    static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private final KeyStore keyStore;

    private TlsIdentity(KeyStore keyStore) {
        this.keyStore = keyStore;
    }

    /// Reads `tls.key` and `tls.crt` in `directory`, both mode 0600, or makes them.
    ///
    /// @throws IOException when they cannot be read or written, or are there and broken; nothing is overwritten
    public static TlsIdentity at(Path directory, Clock clock) throws IOException {
        Path keyFile = directory.resolve("tls.key");
        Path certificateFile = directory.resolve("tls.crt");
        try {
            if (Files.exists(keyFile) && Files.exists(certificateFile)) {
                var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(certificateFile)));
                if (certificate
                        .getNotAfter()
                        .toInstant()
                        .isAfter(clock.instant().plus(RENEW_BEFORE))) {
                    return of(key(Files.readString(keyFile)), certificate);
                }
            }
            KeyPair pair = freshKey();
            X509Certificate certificate = selfSigned(pair, clock.instant());
            PrivateFile.write(keyFile, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            PrivateFile.write(certificateFile, pem("CERTIFICATE", certificate.getEncoded()));
            return of(pair.getPrivate(), certificate);
        } catch (GeneralSecurityException | OperatorCreationException | IllegalArgumentException broken) {
            throw new IOException("the TLS key and certificate in the data directory are broken", broken);
        }
    }

    KeyStore keyStore() {
        return keyStore;
    }

    private static TlsIdentity of(PrivateKey key, X509Certificate certificate)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("sluice", key, new char[0], new Certificate[] {certificate});
        return new TlsIdentity(store);
    }

    private static KeyPair freshKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static PrivateKey key(String pem) throws GeneralSecurityException {
        String base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    private static X509Certificate selfSigned(KeyPair pair, Instant now)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        var name = new X500Name("CN=localhost,O=Sluice");
        var names = new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
            new GeneralName(GeneralName.iPAddress, "::1"),
        });
        X509CertificateHolder holder = new JcaX509v3CertificateBuilder(
                        name,
                        new BigInteger(127, new SecureRandom()).add(BigInteger.ONE),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(VALIDITY)),
                        name,
                        pair.getPublic())
                .addExtension(Extension.subjectAlternativeName, false, names)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
    }

    private static byte[] pem(String kind, byte[] content) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return ("-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
