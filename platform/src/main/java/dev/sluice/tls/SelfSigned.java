package dev.sluice.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Keys that vouch for themselves: what is said is kept from who listens, and who answers is known to whoever was
/// told of the certificate in another way.
public final class SelfSigned {
    /// As long as browsers take a certificate that somebody trusts.
    public static final Duration VALIDITY = Duration.ofDays(825);

    static final X500Name NAME = new X500Name("CN=localhost,O=Sluice");
    private static final Duration CLOCKS_DIFFER = Duration.ofHours(1);
    private static final int SERIAL_BITS = 127;

    private SelfSigned() {}

    /// A fresh key, P-256, and its certificate for a host.
    public static Credentials of(String host, Instant now) {
        try {
            var names = List.of(new GeneralName(GeneralName.dNSName, host));
            KeyPair pair = freshKey();
            return Credentials.of(pair.getPrivate(), List.of(certificate(pair, names, now, List.of())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException | CredentialsInvalid impossible) {
            throw new IllegalStateException("this Java makes no certificates", impossible);
        }
    }

    /// As [#of(String, Instant)], with an extension more: what answers a challenge says so in one.
    ///
    /// @param extension its object identifier; it is critical
    /// @param content   in DER
    public static Credentials with(String host, String extension, ASN1Encodable content, Instant now) {
        try {
            var names = List.of(new GeneralName(GeneralName.dNSName, host));
            KeyPair pair = freshKey();
            var more = List.of(new Extension(
                    new ASN1ObjectIdentifier(extension),
                    true,
                    content.toASN1Primitive().getEncoded()));
            return Credentials.of(pair.getPrivate(), List.of(certificate(pair, names, now, more)));
        } catch (GeneralSecurityException | OperatorCreationException | IOException | CredentialsInvalid impossible) {
            throw new IllegalStateException("this Java makes no certificates", impossible);
        }
    }

    static KeyPair freshKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    static X509Certificate certificate(KeyPair pair, List<GeneralName> names, Instant now, List<Extension> more)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                        NAME,
                        new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
                        Date.from(now.minus(CLOCKS_DIFFER)),
                        Date.from(now.plus(VALIDITY)),
                        NAME,
                        pair.getPublic())
                .addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)))
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        for (Extension one : more) {
            builder.addExtension(one);
        }
        byte[] encoded = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                .getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }
}
