package dev.sluice.tls;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// A private key, and the certificates that vouch for it: the key's own, then each one's issuer. Immutable; its text
/// shows neither.
///
/// Source: RFC 5280; RFC 8446 4.4.2; RFC 9525.
public final class Credentials {
    static final int PEM_CHARACTERS_MAX = 64 << 10;
    static final int CERTIFICATES_MAX = 10;
    private static final int RSA_BITS_MIN = 2048;
    private static final int RSA_BITS_MAX = 8192;
    private static final int DNS_NAME = 2;
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private final PrivateKey key;
    private final List<X509Certificate> chain;

    private Credentials(PrivateKey key, List<X509Certificate> chain) {
        this.key = key;
        this.chain = List.copyOf(chain);
    }

    /// @param certificates in PEM: the key's own first, then each one's issuer; the root may be left out
    /// @param key in PEM: PKCS #8, or the older forms of EC and RSA, without a passphrase
    /// @throws CredentialsInvalid unless they belong together
    public static Credentials parse(String certificates, String key) throws CredentialsInvalid {
        return of(PrivateKeys.parse(key), chain(certificates));
    }

    static Credentials of(PrivateKey key, List<X509Certificate> chain) throws CredentialsInvalid {
        requireOrder(chain);
        requireOwn(key, chain.getFirst().getPublicKey());
        return new Credentials(key, chain);
    }

    private static List<X509Certificate> chain(String pem) throws CredentialsInvalid {
        requireBounded(pem, "certificates");
        List<X509Certificate> chain;
        try {
            var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1));
            chain = CertificateFactory.getInstance("X.509").generateCertificates(bytes).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException broken) {
            throw new CredentialsInvalid("the certificates cannot be read: they are to be in PEM");
        }
        if (chain.isEmpty() || chain.size() > CERTIFICATES_MAX) {
            throw new CredentialsInvalid("there are " + chain.size() + " certificates: they are to be in PEM, 1 to "
                    + CERTIFICATES_MAX + ", the host's own first");
        }
        return chain;
    }

    static void requireBounded(String pem, String what) throws CredentialsInvalid {
        if (pem.length() > PEM_CHARACTERS_MAX) {
            throw new CredentialsInvalid("the " + what + " have more than " + PEM_CHARACTERS_MAX + " characters");
        }
    }

    private static void requireOrder(List<X509Certificate> chain) throws CredentialsInvalid {
        for (int i = 1; i < chain.size(); i++) {
            try {
                chain.get(i - 1).verify(chain.get(i).getPublicKey());
            } catch (GeneralSecurityException other) {
                throw new CredentialsInvalid("certificate " + i + " is not issued by certificate " + (i + 1)
                        + ": the host's own is to be first, then each one's issuer");
            }
        }
    }

    private static void requireOwn(PrivateKey key, PublicKey certified) throws CredentialsInvalid {
        if (certified instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
                throw new CredentialsInvalid(
                        "the key is RSA with " + bits + " bits: it is to have " + RSA_BITS_MIN + " to " + RSA_BITS_MAX);
            }
        }
        try {
            Signature signature = Signature.getInstance(PrivateKeys.signature(key));
            signature.initSign(key);
            byte[] proven = signature.sign();
            signature.initVerify(certified);
            if (signature.verify(proven)) {
                return;
            }
        } catch (GeneralSecurityException other) {
            throw new CredentialsInvalid(NOT_OWN);
        }
        throw new CredentialsInvalid(NOT_OWN);
    }

    private static final String NOT_OWN = "the private key is not the first certificate's";

    /// @param host in lower case, without a final dot
    /// @throws CredentialsInvalid unless who asks this host now and trusts the issuer would take these for its own
    public void requireFor(String host, Instant now) throws CredentialsInvalid {
        X509Certificate own = chain.getFirst();
        for (X509Certificate one : chain) {
            Instant last = one.getNotAfter().toInstant();
            Instant first = one.getNotBefore().toInstant();
            if (now.isAfter(last)) {
                throw new CredentialsInvalid("a certificate expired on " + last);
            }
            if (now.isBefore(first)) {
                throw new CredentialsInvalid("a certificate is not valid before " + first);
            }
        }
        try {
            if (!isNamed(own, host)) {
                throw new CredentialsInvalid("the first certificate does not name the host " + host);
            }
            List<String> uses = own.getExtendedKeyUsage();
            if (uses != null && !uses.contains(SERVER_AUTH)) {
                throw new CredentialsInvalid("the first certificate is not for servers");
            }
        } catch (CertificateException broken) {
            throw new CredentialsInvalid("the names of the first certificate cannot be read");
        }
    }

    /// Whether they name a host, by itself or by a wildcard. One whose names cannot be read names every host.
    ///
    /// @param host in lower case, without a final dot
    boolean isNaming(String host) {
        try {
            return isNamed(chain.getFirst(), host);
        } catch (CertificateException unreadable) {
            return true;
        }
    }

    private static boolean isNamed(X509Certificate own, String host) throws CertificateException {
        var names = own.getSubjectAlternativeNames();
        if (names == null) {
            return false;
        }
        String parent = "*" + host.substring(Math.max(0, host.indexOf('.')));
        return names.stream()
                .filter(name -> name.getFirst().equals(DNS_NAME))
                .map(name -> name.get(1).toString().toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.equals(host) || name.equals(parent));
    }

    /// When the first of the certificates expires.
    public Instant notAfter() {
        return chain.stream()
                .map(one -> one.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /// When the key's own certificate began to be valid.
    public Instant notBefore() {
        return chain.getFirst().getNotBefore().toInstant();
    }

    /// The SHA-256 of the key's own certificate, in hex.
    public String fingerprint() {
        try {
            return Digest.of(Bytes.copyOf(chain.getFirst().getEncoded())).hex();
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("a certificate that was read has no bytes", impossible);
        }
    }

    PrivateKey key() {
        return key;
    }

    X509Certificate[] chain() {
        return chain.toArray(X509Certificate[]::new);
    }

    @Override
    public String toString() {
        return "credentials";
    }
}
