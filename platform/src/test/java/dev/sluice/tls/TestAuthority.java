package dev.sluice.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/// A certificate authority of its own for tests.
public final class TestAuthority {
    private final String name;
    private final KeyPair keys;
    private final X509Certificate certificate;

    private TestAuthority(String name, KeyPair keys, X509Certificate certificate) {
        this.name = name;
        this.keys = keys;
        this.certificate = certificate;
    }

    /// What it makes: a key and the certificate for it.
    public record Issued(KeyPair keys, X509Certificate certificate) {
        public String key() {
            return pem(new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded()));
        }

        public String text() {
            return pem(certificate);
        }
    }

    /// @param hosts        the subject alternative names
    /// @param from, until  from now
    /// @param use          what it may be used for; any where there is none
    /// @param bits         what its key may be used for, as [KeyUsage] has it; anything where it is 0
    public record Wish(
            String subject, List<String> hosts, Duration from, Duration until, Optional<KeyPurposeId> use, int bits) {
        public Wish {
            hosts = List.copyOf(hosts);
        }

        public static Wish of(String... hosts) {
            return new Wish("CN=host", List.of(hosts), Duration.ofHours(-1), Duration.ofDays(1), Optional.empty(), 0);
        }

        public Wish valid(Duration earliest, Duration latest) {
            return new Wish(subject, hosts, earliest, latest, use, bits);
        }

        public Wish usedFor(KeyPurposeId only) {
            return new Wish(subject, hosts, from, until, Optional.of(only), bits);
        }

        public Wish named(String other) {
            return new Wish(other, hosts, from, until, use, bits);
        }

        public Wish keyFor(int usage) {
            return new Wish(subject, hosts, from, until, use, usage);
        }
    }

    /// Signed by itself.
    public static TestAuthority root(String name) throws GeneralSecurityException, IOException {
        KeyPair keys = keys();
        return new TestAuthority(
                name, keys, sign("CN=" + name, keys, keys, Wish.of().named("CN=" + name), true));
    }

    /// Below this one.
    public TestAuthority intermediate(String below) throws GeneralSecurityException, IOException {
        KeyPair own = keys();
        return new TestAuthority(
                below, own, sign("CN=" + name, keys, own, Wish.of().named("CN=" + below), true));
    }

    public Issued issue(Wish wish) throws GeneralSecurityException, IOException {
        return issue(wish, keys());
    }

    public Issued issue(Wish wish, KeyPair own) throws GeneralSecurityException, IOException {
        return new Issued(own, sign("CN=" + name, keys, own, wish, false));
    }

    /// What somebody makes who is no authority.
    public static Issued below(Issued signer, Wish wish) throws GeneralSecurityException, IOException {
        KeyPair own = keys();
        String name = signer.certificate().getSubjectX500Principal().getName();
        return new Issued(own, sign(name, signer.keys(), own, wish, false));
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static X509Certificate sign(String issuer, KeyPair ca, KeyPair own, Wish wish, boolean isAuthority)
            throws GeneralSecurityException, IOException {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(System.nanoTime()),
                Date.from(now.plus(wish.from())),
                Date.from(now.plus(wish.until())),
                new X500Name(wish.subject()),
                own.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
        if (!wish.hosts().isEmpty()) {
            var names = new GeneralName[wish.hosts().size()];
            for (int i = 0; i < names.length; i++) {
                names[i] = new GeneralName(GeneralName.dNSName, wish.hosts().get(i));
            }
            builder.addExtension(
                    Extension.subjectAlternativeName, wish.subject().isEmpty(), new GeneralNames(names));
        }
        if (wish.bits() != 0) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(wish.bits()));
        }
        if (wish.use().isPresent()) {
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(wish.use().get()));
        }
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(
                                    ca.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA")
                            .build(ca.getPrivate())));
        } catch (OperatorCreationException impossible) {
            throw new GeneralSecurityException(impossible);
        }
    }

    /// As openssl writes it.
    public static String pem(Object part) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(part);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return text.toString();
    }
}
