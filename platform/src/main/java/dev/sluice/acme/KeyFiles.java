package dev.sluice.acme;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.bytes.PrivateFile;
import dev.sluice.tls.Credentials;
import dev.sluice.tls.CredentialsInvalid;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The server's keys at the authority, and those of hosts with their certificates: files that only their owner may
/// read, durable before a key is used. Keys are P-256, made here, and leave in no other way than by these files.
final class KeyFiles {
    private static final Logger LOG = LoggerFactory.getLogger(KeyFiles.class);
    private static final String ACCOUNT = "account.key";
    private static final String CERTIFIED = ".pem";
    private static final String NEXT = ".key";
    private static final int FILE_BYTES_MAX = 128 << 10;

    private final Path directory;

    /// @param directory is made when there is something to keep
    KeyFiles(Path directory) {
        this.directory = directory;
    }

    /// What a host's files are called: another organization's are others, whoever has the host.
    static String name(String organization, String host) {
        return Digest.of(Bytes.utf8(organization + "\n" + host)).hex();
    }

    /// The server's own, always the same.
    KeyPair account() throws IOException {
        return kept(directory.resolve(ACCOUNT));
    }

    /// The key that a host's next certificate is for; the same until there is one.
    KeyPair next(String name) throws IOException {
        return kept(directory.resolve(name + NEXT));
    }

    private KeyPair kept(Path file) throws IOException {
        if (Files.exists(file)) {
            return pair(read(file));
        }
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        KeyPair fresh = fresh();
        PrivateFile.write(file, text(fresh).getBytes(StandardCharsets.US_ASCII));
        return fresh;
    }

    private static KeyPair fresh() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this Java has no P-256", impossible);
        }
    }

    /// In PEM: PKCS #8, then the public key (RFC 7468).
    static String text(KeyPair pair) throws IOException {
        var out = new StringWriter();
        try (var pem = new PemWriter(out)) {
            pem.writeObject(new PemObject("PRIVATE KEY", pair.getPrivate().getEncoded()));
            pem.writeObject(new PemObject("PUBLIC KEY", pair.getPublic().getEncoded()));
        }
        return out.toString();
    }

    private static KeyPair pair(String text) throws IOException {
        try (var pem = new PEMParser(new StringReader(text))) {
            if (pem.readObject() instanceof PrivateKeyInfo key
                    && pem.readObject() instanceof SubjectPublicKeyInfo certified) {
                var converter = new JcaPEMKeyConverter();
                return new KeyPair(converter.getPublicKey(certified), converter.getPrivateKey(key));
            }
            throw new IOException("a file of keys has no pair of keys");
        }
    }

    private static String read(Path file) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IOException("a file of keys is too large");
        }
        return Files.readString(file, StandardCharsets.US_ASCII);
    }

    /// Keeps what was ordered, in place of what was there.
    void keep(String name, KeyPair pair, String certificates) throws IOException {
        PrivateFile.write(
                directory.resolve(name + CERTIFIED), (text(pair) + certificates).getBytes(StandardCharsets.US_ASCII));
        Files.deleteIfExists(directory.resolve(name + NEXT));
    }

    /// What was kept last. A file that cannot be read counts as none: another certificate is ordered.
    Optional<Credentials> certified(String name) {
        Path file = directory.resolve(name + CERTIFIED);
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            String both = read(file);
            int certificates = both.indexOf("-----BEGIN CERTIFICATE-----");
            if (certificates < 0) {
                throw new IOException("no certificate");
            }
            return Optional.of(Credentials.parse(both.substring(certificates), both.substring(0, certificates)));
        } catch (IOException | CredentialsInvalid broken) {
            LOG.warn("a certificate that was ordered cannot be read, and another one is ordered");
            return Optional.empty();
        }
    }

    void forget(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name + CERTIFIED));
        Files.deleteIfExists(directory.resolve(name + NEXT));
    }

    /// Deletes all but those of these names.
    void retain(Set<String> names) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> all;
        try (var files = Files.list(directory)) {
            all = files.toList();
        }
        for (Path file : all) {
            String its = String.valueOf(file.getFileName());
            int dot = its.lastIndexOf('.');
            if (!its.equals(ACCOUNT) && dot >= 0 && !names.contains(its.substring(0, dot))) {
                Files.deleteIfExists(file);
            }
        }
    }
}
