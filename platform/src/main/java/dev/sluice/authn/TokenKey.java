package dev.sluice.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The server's own signature below the tokens that it gives out: ES256 JWTs, by keys in `token.key` of the data
/// directory.
///
/// The newest key signs. It is a month's at most: then, or when the operator says so, another takes its place, and it
/// verifies until all that it signed has ended, so that nobody notices. What the operator does to the file is seen
/// within a second. Removing the file and starting again makes all these tokens worthless. Thread-safe.
public final class TokenKey {
    /// Nothing that is signed lives longer.
    static final Duration LIFETIME_MAX = Duration.ofMinutes(15);

    static final Duration ROTATED_AFTER = Duration.ofDays(30);

    /// How long a key verifies after another took its place: what it signed until a server noticed ends before.
    static final Duration KEPT = LIFETIME_MAX.plusMinutes(1);

    private static final Duration LOOKED_AFTER_EVERY = Duration.ofSeconds(1);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final Logger LOG = LoggerFactory.getLogger(TokenKey.class);

    private final TokenKeyFile file;
    private final Clock clock;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile Seen seen;

    /// @param keys the newest first
    private record Seen(List<ECKey> keys, String stamp, Instant at) {}

    private TokenKey(TokenKeyFile file, Clock clock) throws IOException {
        this.file = file;
        this.clock = clock;
        List<ECKey> keys = file.refreshed(clock.instant(), false);
        this.seen = new Seen(keys, file.stamp(), clock.instant());
    }

    /// @throws IOException if the keys cannot be written or read, are none, or others may read or change them
    public static TokenKey at(Path data, Clock clock) throws IOException {
        return new TokenKey(new TokenKeyFile(data), clock);
    }

    /// Makes another key the one that signs. A server that runs need not be stopped.
    ///
    /// @throws IOException as [#at]
    public static void rotate(Path data, Clock clock) throws IOException {
        new TokenKeyFile(data).refreshed(clock.instant(), true);
    }

    /// The key that signs now, with its private part.
    ECKey key() {
        return keys().getFirst();
    }

    /// A token that says this.
    ///
    /// @param type what kind of token it is: one is never taken for another
    /// @param claims with an end, not later than [#LIFETIME_MAX] from now
    String sign(JOSEObjectType type, ObjectNode claims) {
        long endSeconds = claims.path("exp").asLong(Long.MAX_VALUE);
        if (endSeconds > clock.instant().plus(LIFETIME_MAX).getEpochSecond()) {
            throw new IllegalArgumentException("a token that would outlive the key that signs it");
        }
        ECKey key = key();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(type)
                .keyID(key.getKeyID())
                .build();
        var token = new JWSObject(header, new Payload(JSON.writeValueAsString(claims)));
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException impossible) {
            throw new IllegalStateException("every JDK has P-256", impossible);
        }
        return token.serialize();
    }

    /// What a token of this kind says that one of our keys has signed; empty for every other text.
    ///
    /// @param token of bounded length: see [RememberedTokens]
    Optional<JsonNode> claims(JOSEObjectType type, String token) {
        try {
            JWSObject jws = JWSObject.parse(token);
            return isSigned(type, jws)
                    ? Optional.of(JSON.readTree(jws.getPayload().toBytes()))
                    : Optional.empty();
        } catch (ParseException | JOSEException | JacksonException garbage) {
            return Optional.empty();
        }
    }

    private boolean isSigned(JOSEObjectType type, JWSObject jws) throws JOSEException {
        JWSHeader header = jws.getHeader();
        if (!type.equals(header.getType()) || header.getCriticalParams() != null) {
            return false;
        }
        for (ECKey key : TokenKeyFile.used(keys(), clock.instant())) {
            if (key.getKeyID().equals(header.getKeyID())) {
                return Signatures.isSigned(jws, key.toECPublicKey());
            }
        }
        return false;
    }

    /// Looks after the file, now and then: one caller does, and the others go on meanwhile.
    private List<ECKey> keys() {
        Instant now = clock.instant();
        boolean isDue = Duration.between(seen.at(), now).abs().compareTo(LOOKED_AFTER_EVERY) >= 0;
        if (isDue && looking.tryLock()) {
            try {
                look(now);
            } finally {
                looking.unlock();
            }
        }
        return seen.keys();
    }

    /// Where the file cannot be used any more, what was read before is.
    private void look(Instant now) {
        Seen before = seen;
        try {
            boolean isOld = before.keys()
                    .getFirst()
                    .getIssueTime()
                    .toInstant()
                    .plus(ROTATED_AFTER)
                    .isBefore(now);
            String stamp = file.stamp();
            boolean isThere = !stamp.isEmpty();
            if (isThere && (isOld || !stamp.equals(before.stamp()))) {
                List<ECKey> keys = file.refreshed(now, false);
                seen = new Seen(keys, file.stamp(), now);
                return;
            }
        } catch (IOException cannot) {
            LOG.error("the keys of tokens cannot be read again, so those of before are used: {}", cannot.getMessage());
        }
        seen = new Seen(before.keys(), before.stamp(), now);
    }
}
