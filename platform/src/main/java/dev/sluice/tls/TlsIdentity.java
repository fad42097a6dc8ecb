package dev.sluice.tls;

import dev.sluice.bytes.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.operator.OperatorCreationException;

/// The server's own key and certificate: read from two PEM files, made and self-signed when they are missing, and
/// again when those that it made are about to expire. Those of the operator are shown as they are.
///
/// Self-signed for `localhost` and the loopback addresses: it encrypts, and whoever wants more names the
/// certificate file as trusted.
public final class TlsIdentity {
    static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private static final List<GeneralName> NAMES = List.of(
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
            new GeneralName(GeneralName.iPAddress, "::1"));

    private TlsIdentity() {}

    /// Reads `tls.key` and `tls.crt` in `directory`, or makes them with mode 0600.
    ///
    /// @throws IOException when they cannot be read or written, or are there and broken; nothing is overwritten
    public static Credentials at(Path directory, Clock clock) throws IOException {
        Path keyFile = directory.resolve("tls.key");
        Path certificateFile = directory.resolve("tls.crt");
        try {
            if (Files.exists(keyFile) && Files.exists(certificateFile)) {
                Credentials kept = Credentials.parse(Files.readString(certificateFile), Files.readString(keyFile));
                if (!isOurs(kept) || isLasting(kept, clock.instant())) {
                    return kept;
                }
            }
            KeyPair pair = SelfSigned.freshKey();
            X509Certificate certificate = SelfSigned.certificate(pair, NAMES, clock.instant(), List.of());
            PrivateFile.write(keyFile, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            PrivateFile.write(certificateFile, pem("CERTIFICATE", certificate.getEncoded()));
            return Credentials.of(pair.getPrivate(), List.of(certificate));
        } catch (CredentialsInvalid broken) {
            throw new IOException("tls.key and tls.crt in the data directory: " + broken.getMessage(), broken);
        } catch (GeneralSecurityException | OperatorCreationException impossible) {
            throw new IOException("the TLS key and certificate cannot be made", impossible);
        }
    }

    private static boolean isOurs(Credentials kept) {
        X509Certificate own = kept.chain()[0];
        return own.getIssuerX500Principal().equals(own.getSubjectX500Principal())
                && own.getSubjectX500Principal().getName().equals("O=Sluice,CN=localhost");
    }

    private static boolean isLasting(Credentials kept, Instant now) {
        return kept.notAfter().isAfter(now.plus(RENEW_BEFORE));
    }

    private static byte[] pem(String kind, byte[] content) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return ("-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
