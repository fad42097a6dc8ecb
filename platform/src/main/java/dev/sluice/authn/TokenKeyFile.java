package dev.sluice.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.sluice.bytes.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;

/// The file of [TokenKey]: P-256 keys as a JWK set, each with when it was made. Whoever reads it can be anybody,
/// so it is not used unless only its owner can read it. It is replaced as a whole, by one process at a time.
///
/// The first servers kept one key, as a JWK without a date: it counts from when the file was written.
final class TokenKeyFile {
    private static final int FILE_BYTES_MAX = 32 << 10;
    private static final int KEYS_MAX = 32;

    private final Path file;

    TokenKeyFile(Path data) {
        this.file = data.resolve("token.key");
    }

    /// Which version of the file this is, as far as can be seen without reading it; empty if there is none.
    String stamp() throws IOException {
        return PrivateFile.stamp(file);
    }

    /// The keys, the newest first. Makes the first one, and another when the newest is old enough; those are dropped
    /// whose tokens are over.
    ///
    /// @param rotatesNow whether another is made in any case
    /// @throws IOException if the file cannot be read or written, holds no such keys, or others have rights to it
    List<ECKey> refreshed(Instant now, boolean rotatesNow) throws IOException {
        try (var _ = PrivateFile.turn(file)) {
            List<ECKey> stored = Files.exists(file) ? read() : List.of();
            List<ECKey> keys = new ArrayList<>(stored);
            if (keys.isEmpty() || rotatesNow || isOver(keys.getFirst(), TokenKey.ROTATED_AFTER, now)) {
                keys.addFirst(fresh(now));
            }
            keys = used(keys, now);
            if (keys.size() > KEYS_MAX) {
                throw new IOException(file + " holds " + KEYS_MAX + " keys whose tokens are still good: try again in "
                        + TokenKey.LIFETIME_MAX.toMinutes() + " minutes");
            }
            if (!keys.equals(stored)) {
                List<JWK> all = List.copyOf(keys);
                PrivateFile.write(file, new JWKSet(all).toString(false).getBytes(StandardCharsets.US_ASCII));
            }
            return List.copyOf(keys);
        } catch (JOSEException | ParseException broken) {
            throw new IOException(file + " holds no P-256 keys: remove it and start again", broken);
        }
    }

    /// Those that sign or have signed something that is still good: a key signs until there is a newer one.
    static List<ECKey> used(List<ECKey> newestFirst, Instant now) {
        List<ECKey> used = new ArrayList<>();
        for (ECKey key : newestFirst) {
            if (used.isEmpty() || !isOver(used.getLast(), TokenKey.KEPT, now)) {
                used.add(key);
            }
        }
        return used;
    }

    private static boolean isOver(ECKey key, Duration after, Instant now) {
        return key.getIssueTime().toInstant().plus(after).isBefore(now);
    }

    private static ECKey fresh(Instant now) throws JOSEException {
        return new ECKeyGenerator(Curve.P_256)
                .keyIDFromThumbprint(true)
                .issueTime(Date.from(Instant.ofEpochSecond(now.getEpochSecond())))
                .generate();
    }

    private List<ECKey> read() throws IOException, ParseException, JOSEException {
        if (!PrivateFile.isPrivate(file)) {
            throw new IOException("others than the owner have rights to " + file
                    + ": remove it, as it may be known to them, and start again; the tokens that it signed end");
        }
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new ParseException("too large", 0);
        }
        String text = Files.readString(file);
        Date written = Date.from(Files.getLastModifiedTime(file).toInstant());
        List<ECKey> keys = new ArrayList<>();
        for (JWK jwk : text.contains("\"keys\"") ? JWKSet.parse(text).getKeys() : List.of(JWK.parse(text))) {
            keys.add(checked(jwk, written));
        }
        if (keys.isEmpty()) {
            throw new ParseException("no key", 0);
        }
        keys.sort(Comparator.comparing(ECKey::getIssueTime).reversed());
        return keys;
    }

    private static ECKey checked(JWK jwk, Date written) throws ParseException, JOSEException {
        if (!(jwk instanceof ECKey key)
                || !key.isPrivate()
                || !Curve.P_256.equals(key.getCurve())
                || !key.computeThumbprint().toString().equals(key.getKeyID())) {
            throw new ParseException("another key", 0);
        }
        return key.getIssueTime() == null
                ? new ECKey.Builder(key).issueTime(written).build()
                : key;
    }
}
