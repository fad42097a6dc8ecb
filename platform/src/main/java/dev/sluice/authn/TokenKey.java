package dev.sluice.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.sluice.bytes.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.text.ParseException;
import java.util.Set;

/// The key that signs delegated tokens, `token.key` in the data directory: a P-256 key as a JWK, made once. Whoever
/// reads it can be anybody, so it is not used unless only its owner can read it.
///
/// Removing the file and starting again makes all delegated tokens worthless.
public final class TokenKey {
    private static final int FILE_BYTES_MAX = 4096;

    private final ECKey key;

    private TokenKey(ECKey key) {
        this.key = key;
    }

    /// @throws IOException if it cannot be written or read, is no such key, or others may read or change it
    public static TokenKey at(Path data) throws IOException {
        Path file = data.resolve("token.key");
        try {
            return new TokenKey(Files.exists(file) ? read(file) : make(file));
        } catch (JOSEException | ParseException broken) {
            throw new IOException(file + " is not a P-256 key: remove it and start again", broken);
        }
    }

    /// With its private part.
    ECKey key() {
        return key;
    }

    private static ECKey make(Path file) throws IOException, JOSEException {
        ECKey fresh = new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
        PrivateFile.write(file, fresh.toJSONString().getBytes(StandardCharsets.US_ASCII));
        return fresh;
    }

    private static ECKey read(Path file) throws IOException, ParseException, JOSEException {
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
        if (!Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)
                .containsAll(rights)) {
            throw new IOException("others than the owner have rights to " + file
                    + ": remove it, as it may be known to them, and start again; delegated tokens end");
        }
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new ParseException("too large", 0);
        }
        ECKey key = ECKey.parse(Files.readString(file));
        if (!key.isPrivate()
                || !Curve.P_256.equals(key.getCurve())
                || !key.computeThumbprint().toString().equals(key.getKeyID())) {
            throw new ParseException("another key", 0);
        }
        return key;
    }
}
