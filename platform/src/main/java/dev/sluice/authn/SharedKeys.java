package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.authn.Doorkeeper.Finding;
import dev.sluice.authn.Doorkeeper.Ring;
import dev.sluice.bytes.Bytes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Decides whether somebody has signed something with a key that an organization shares with him, just now and for the
/// first time. Thread-safe.
///
/// What was signed is remembered for as long as it could be shown again. Nothing counts that was signed before this
/// process began: another one may have seen it.
public final class SharedKeys {
    public static final Duration AGE_MAX = Duration.ofMinutes(5);

    /// How far clocks may differ.
    static final Duration SKEW = Duration.ofMinutes(1);

    static final int KEY_BYTES_MIN = 32;
    private static final int SEEN_OF_ONE_DOOR_MAX = 100_000;
    private static final Duration SEEN_FOR = AGE_MAX.plus(SKEW).plus(SKEW);
    private static final String MAC = "HmacSHA256";

    private final Clock clock;
    private final Instant began;
    private final byte[] nobodys = new byte[KEY_BYTES_MIN];
    private final Cache<String, Cache<Bytes, Boolean>> seen =
            Caffeine.newBuilder().expireAfterAccess(SEEN_FOR).build();

    /// What somebody shows.
    ///
    /// @param key  the name of the one that he says it is signed with
    /// @param at   when he says that he signed it
    /// @param base what is signed
    public record Signed(String key, Instant at, Bytes base, Bytes signature) {}

    public SharedKeys(SecureRandom random, Clock clock) {
        this.clock = clock;
        this.began = clock.instant();
        random.nextBytes(nobodys);
    }

    /// How many entries of a ring are no keys: base64 of at least [#KEY_BYTES_MIN] bytes.
    public static long unusable(Ring ring) {
        return ring.entries().values().stream()
                .filter(text -> key(text).isEmpty())
                .count();
    }

    /// @param door  whose ring it is
    /// @param rings whose keys count now
    public Finding signed(String door, Supplier<Optional<Ring>> rings, Signed shown) {
        Instant now = clock.instant();
        boolean isNow = !shown.at().isBefore(now.minus(AGE_MAX))
                && !shown.at().isAfter(now.plus(SKEW))
                && !shown.at().isBefore(began);
        Optional<byte[]> kept = rings.get()
                .map(Ring::entries)
                .map(entries -> entries.get(shown.key()))
                .flatMap(SharedKeys::key);
        byte[] mac = mac(kept.orElse(nobodys), shown.base());
        boolean isRight = MessageDigest.isEqual(mac, shown.signature().readOnlyArray()) && kept.isPresent();
        if (!isRight || !isNow) {
            return new Finding.Unknown();
        }
        Cache<Bytes, Boolean> ofDoor = seen.get(
                door, _ -> Caffeine.newBuilder().expireAfterWrite(SEEN_FOR).build());
        if (ofDoor.estimatedSize() >= SEEN_OF_ONE_DOOR_MAX) {
            ofDoor.cleanUp();
        }
        if (ofDoor.estimatedSize() >= SEEN_OF_ONE_DOOR_MAX) {
            return new Finding.Busy();
        }
        boolean isFirst = ofDoor.asMap().putIfAbsent(shown.signature(), true) == null;
        return isFirst ? new Finding.Known(shown.key()) : new Finding.Unknown();
    }

    private static Optional<byte[]> key(String text) {
        try {
            byte[] key = Base64.getDecoder().decode(text);
            return key.length >= KEY_BYTES_MIN ? Optional.of(key) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static byte[] mac(byte[] key, Bytes base) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            mac.update(base.asBuffer());
            return mac.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has " + MAC, impossible);
        }
    }
}
