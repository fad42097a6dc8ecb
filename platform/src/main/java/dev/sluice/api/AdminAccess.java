package dev.sluice.api;

import dev.sluice.bytes.PrivateFile;
import dev.sluice.org.Founding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The first administrator's key, `admin.key` in the data directory: made when the server starts for the first
/// time, and again only by [#reset], which needs the directory itself. There is no other way in, and no
/// administrator without a key.
///
/// The key is on disk before its account exists, so a first start that was interrupted is finished by the next one.
public final class AdminAccess {
    private static final int KEY_BITS = 2048;
    private static final Logger LOG = LoggerFactory.getLogger(AdminAccess.class);

    private final Path keyFile;

    public AdminAccess(Path data) {
        this.keyFile = data.resolve("admin.key");
    }

    public Path keyFile() {
        return keyFile;
    }

    /// Makes the first organization and its administrator, unless they were made before.
    ///
    /// @return whether the administrator's key is here
    /// @throws IOException when the key cannot be written, or is there and cannot be read
    public boolean ensure(Founding founding) throws IOException {
        if (founding.isDone()) {
            if (!Files.exists(keyFile)) {
                LOG.error(
                        "the administrator's key {} is gone: put it back from a copy, or stop the server and make"
                                + " another with `sluice admin reset-key`. Service accounts that exist go on working.",
                        keyFile);
                return false;
            }
            return true;
        }
        founding.found(Files.exists(keyFile) ? read() : make(keyFile));
        LOG.info("created organization {} and its administrator; the key is {}", Founding.ORGANIZATION, keyFile);
        return true;
    }

    /// Makes another key, in the place of whatever is there; the old one is worth nothing from then on. The
    /// administrator is again what he was on the first day. Interrupted, it is simply done again.
    ///
    /// @throws IOException when the key cannot be written
    public void reset(Founding founding) throws IOException {
        Path fresh = keyFile.resolveSibling("admin.key.new");
        founding.reset(make(fresh));
        Files.move(fresh, keyFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static RSAPublicKey make(Path file) throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            KeyPair pair = generator.generateKeyPair();
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(pair.getPrivate().getEncoded());
            String pem = "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
            PrivateFile.write(file, pem.getBytes(StandardCharsets.US_ASCII));
            return (RSAPublicKey) pair.getPublic();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has RSA", impossible);
        }
    }

    private RSAPublicKey read() throws IOException {
        String base64 = Files.readString(keyFile).replaceAll("-----[A-Z ]+-----|\\s", "");
        try {
            KeyFactory rsa = KeyFactory.getInstance("RSA");
            var key = (RSAPrivateCrtKey) rsa.generatePrivate(
                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
            return (RSAPublicKey) rsa.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        } catch (GeneralSecurityException | IllegalArgumentException broken) {
            throw new IOException(keyFile + " is not an RSA key in PEM: remove it and start again", broken);
        }
    }
}
