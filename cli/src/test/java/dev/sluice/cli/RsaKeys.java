package dev.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;

/// Key files as tools write them.
public final class RsaKeys {
    /// In PKCS#8, a 2048-bit RSA key stands behind this many bytes of frame.
    private static final int FRAME_BYTES = 26;

    private RsaKeys() {}

    public static KeyPair generate() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    public static Path pkcs8(KeyPair pair, Path file) throws IOException {
        return pem("PRIVATE KEY", pair.getPrivate().getEncoded(), file);
    }

    public static byte[] pkcs1(KeyPair pair) {
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        return Arrays.copyOfRange(pkcs8, FRAME_BYTES, pkcs8.length);
    }

    public static Path pem(String label, byte[] der, Path file) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    }
}
