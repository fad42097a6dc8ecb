package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Decides whether somebody knows a password or a key that an organization lists for one of its doors. Thread-safe.
///
/// Checking a password is slow on purpose, so strangers could have the server do nothing else: only so many are
/// checked at a time, only so often for a user and an address ([Attempts]), and what was right is remembered by a
/// keyed digest until the list changes. Who is not listed takes as long as somebody who is.
public final class Doorkeeper {
    static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int REMEMBERED_MAX = 10_000;
    private static final int WAITING_MAX = 64;
    private static final int MAC_KEY_BYTES = 32;
    private static final String MAC = "HmacSHA256";
    private static final Pattern KEY = Pattern.compile("[!-~]{16,512}");
    private static final Pattern KEY_DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final String KEY_DIGEST_PREFIX = "sha256:";

    /// Of no password: takes as long as one that `sluice hash password` made.
    private static final PasswordHash NOBODYS =
            new PasswordHash.Pbkdf2(600_000, Bytes.takeOver(new byte[16]), Bytes.takeOver(new byte[32]));

    private final SecretKeySpec macKey;
    private final Attempts attempts;
    private final Semaphore free =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);
    private final Cache<Bytes, String> remembered =
            Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

    /// Who is listed.
    ///
    /// @param stamp another one after each change
    /// @param entries what is kept of each one's password or key, by name
    public record Ring(String stamp, Map<String, String> entries) {
        public Ring {
            entries = Map.copyOf(entries);
        }

        /// How many entries prove nobody's password.
        public long withoutPassword() {
            return entries.entrySet().stream()
                    .filter(entry -> Credentials.of(entry.getKey(), "-").isEmpty()
                            || PasswordHash.of(entry.getValue()).isEmpty())
                    .count();
        }

        /// How many entries prove nobody's key.
        public long withoutKey() {
            return entries.values().stream()
                    .filter(value -> !KEY_DIGEST.matcher(value).matches())
                    .count();
        }

        /// Without the entries.
        @Override
        public String toString() {
            return "Ring[" + entries.size() + "]";
        }
    }

    /// What there is to say to somebody.
    public sealed interface Finding {
        /// @param name as it is listed
        record Known(String name) implements Finding {}

        record Unknown() implements Finding {}

        /// @param pause after which he may try again, at the latest
        record TooMany(Duration pause) implements Finding {}

        /// Nothing could be checked in time.
        record Busy() implements Finding {}
    }

    public Doorkeeper(SecureRandom random, Clock clock) {
        byte[] key = new byte[MAC_KEY_BYTES];
        random.nextBytes(key);
        this.macKey = new SecretKeySpec(key, MAC);
        this.attempts = new Attempts(clock);
    }

    /// @param door    whose ring it is
    /// @param rings   who is listed now: nobody enters where there is none. Not asked for what cannot be right
    /// @param shown   absent for what cannot be right
    /// @param address where he asks from
    public Finding password(String door, Supplier<Optional<Ring>> rings, Optional<Credentials> shown, String address)
            throws InterruptedException {
        if (shown.isEmpty()) {
            return new Finding.Unknown();
        }
        Optional<Ring> ring = rings.get();
        String user = shown.get().account();
        String password = shown.get().password();
        Bytes digest = digest(door, stamp(ring), user, password);
        if (ring.isPresent() && remembered.getIfPresent(digest) != null) {
            return new Finding.Known(user);
        }
        if (!attempts.begin(door, user, address)) {
            return new Finding.TooMany(Attempts.WHILE);
        }
        if (free.getQueueLength() >= WAITING_MAX || !free.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            attempts.forgive(door, user, address);
            return new Finding.Busy();
        }
        boolean isRight;
        try {
            Optional<PasswordHash> kept =
                    ring.map(Ring::entries).map(entries -> entries.get(user)).flatMap(PasswordHash::of);
            isRight = kept.orElseGet(() -> anothers(ring, door, user)).matches(password) && kept.isPresent();
        } finally {
            free.release();
        }
        if (!isRight) {
            return new Finding.Unknown();
        }
        attempts.forgive(door, user, address);
        remembered.put(digest, user);
        return new Finding.Known(user);
    }

    /// As [#password], for a key that says by itself whose it is. Keys are long and random: a digest is enough, and
    /// what is counted is counted for the address alone, so nobody keeps others out from elsewhere.
    public Finding key(String door, Supplier<Optional<Ring>> rings, String key, String address) {
        Optional<Ring> ring = KEY.matcher(key).matches() ? rings.get() : Optional.empty();
        if (ring.isEmpty()) {
            return new Finding.Unknown();
        }
        Bytes digest = digest(door, stamp(ring), "", key);
        String known = remembered.getIfPresent(digest);
        if (known != null) {
            return new Finding.Known(known);
        }
        if (!attempts.begin(door, address, address)) {
            return new Finding.TooMany(Attempts.WHILE);
        }
        Optional<String> owner = owner(ring.get(), key);
        owner.ifPresent(name -> {
            attempts.forgive(door, address, address);
            remembered.put(digest, name);
        });
        return owner.<Finding>map(Finding.Known::new).orElseGet(Finding.Unknown::new);
    }

    /// Looks at all, whichever it is.
    private static Optional<String> owner(Ring ring, String key) {
        byte[] shown = (KEY_DIGEST_PREFIX + Digest.of(Bytes.utf8(key)).hex()).getBytes(StandardCharsets.US_ASCII);
        Optional<String> owner = Optional.empty();
        for (Map.Entry<String, String> entry : ring.entries().entrySet()) {
            if (MessageDigest.isEqual(shown, entry.getValue().getBytes(StandardCharsets.UTF_8))) {
                owner = Optional.of(entry.getKey());
            }
        }
        return owner;
    }

    /// What takes as long for somebody who is not listed as for one who is: always the same one's.
    private PasswordHash anothers(Optional<Ring> ring, String door, String user) {
        List<PasswordHash> all = ring.map(Ring::entries).orElse(Map.of()).values().stream()
                .flatMap(text -> PasswordHash.of(text).stream())
                .toList();
        return all.isEmpty()
                ? NOBODYS
                : all.get(Math.floorMod(digest(door, "", user, "").hashCode(), all.size()));
    }

    private static String stamp(Optional<Ring> ring) {
        return ring.map(Ring::stamp).orElse("");
    }

    /// What is remembered in the place of a password: of no use without a key that this process alone has.
    private Bytes digest(String... parts) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(macKey);
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
                mac.update(bytes);
            }
            return Bytes.takeOver(mac.doFinal());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has " + MAC, impossible);
        }
    }
}
