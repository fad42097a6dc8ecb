package dev.sluice.org;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.security.PublicKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// An account that shows who it is by signing with a key whose public half is kept here. It may have several, so
/// that one can be exchanged for another while both work.
///
/// @param epoch another one ends all that was given in its name; what was given by a key ends with the key too
public record ServiceAccount(
        String id, String name, List<Key> keys, long createdSeconds, long modifiedSeconds, long epoch) {
    public static final int KEYS_MAX = 8;

    /// As an end: the key does not end.
    public static final long NEVER = 0;

    /// The end of the year 9999.
    public static final long EXPIRES_SECONDS_MAX = 253_402_300_799L;

    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}");

    public ServiceAccount {
        keys = List.copyOf(keys);
    }

    /// With one key, which does not end.
    ///
    /// @param publicKey as in [Key]
    public ServiceAccount(String id, String name, String publicKey, long createdSeconds, long modifiedSeconds) {
        this(id, name, List.of(Key.of(publicKey, createdSeconds, NEVER)), createdSeconds, modifiedSeconds, 0);
    }

    /// @param id how tokens name it (`kid`)
    /// @param publicKey base64 of the PEM text, as Dispatch's client sends it
    /// @param expiresSeconds from then on the key proves nothing; [#NEVER]
    public record Key(String id, String publicKey, long createdSeconds, long expiresSeconds) {
        /// Named after its thumbprint; a text that is no key has no name, and is refused where it is to be stored.
        public static Key of(String publicKey, long createdSeconds, long expiresSeconds) {
            String id = PublicKeyText.parse(publicKey)
                    .map(PublicKeyText::thumbprint)
                    .orElse("");
            return new Key(id, publicKey, createdSeconds, expiresSeconds);
        }

        private boolean isGoodAt(long nowSeconds) {
            return expiresSeconds == NEVER || nowSeconds < expiresSeconds;
        }
    }

    /// With one key more. What the others have proved goes on.
    ///
    /// @throws Refused `INVALID`, `EXISTS` for a key that it has, by name or by what it is
    public ServiceAccount with(Key key, long nowSeconds) {
        return having(Stream.concat(keys.stream(), Stream.of(key)).toList(), nowSeconds, epoch);
    }

    /// Without a key. The last one that has not ended cannot be removed: nobody could be this account any more.
    ///
    /// @throws Refused `NOT_FOUND`, `INVALID`
    public ServiceAccount without(String keyId, long nowSeconds) {
        List<Key> left = keys.stream().filter(key -> !key.id().equals(keyId)).toList();
        if (left.size() == keys.size()) {
            throw new Refused(Refusal.NOT_FOUND, "the service account has no such key");
        }
        boolean wasGood = keys.stream().anyMatch(key -> key.isGoodAt(nowSeconds));
        if (left.isEmpty() || (wasGood && left.stream().noneMatch(key -> key.isGoodAt(nowSeconds)))) {
            throw new Refused(
                    Refusal.INVALID,
                    "it is the last key that works: give the account another one first (sluice iam create key), or"
                            + " delete the account");
        }
        return having(left, nowSeconds, epoch);
    }

    /// With these keys and no others. All that was given in its name before ends.
    ///
    /// @throws Refused `INVALID`, `EXISTS`
    public ServiceAccount withAll(List<Key> others, long nowSeconds) {
        return having(others, nowSeconds, epoch + 1);
    }

    /// The same account, and the end of all that was given in its name.
    ServiceAccount renewed() {
        return new ServiceAccount(id, name, keys, createdSeconds, modifiedSeconds, epoch + 1);
    }

    private ServiceAccount having(List<Key> others, long nowSeconds, long itsEpoch) {
        var changed = new ServiceAccount(id, name, others, createdSeconds, nowSeconds, itsEpoch);
        changed.requireKeys();
        return changed;
    }

    /// @throws Refused `INVALID` in Dispatch's words, `EXISTS` for two of one name and for one key under two names,
    ///     of which removing one would leave the other
    void requireKeys() {
        if (keys.isEmpty() || keys.size() > KEYS_MAX) {
            throw new Refused(Refusal.INVALID, "a service account has 1 to " + KEYS_MAX + " keys");
        }
        Set<String> ids = new HashSet<>();
        Set<PublicKey> seen = new HashSet<>();
        for (Key key : keys) {
            PublicKey parsed = PublicKeyText.require(key.publicKey());
            if (!KEY_ID.matcher(key.id()).matches()) {
                throw new Refused(Refusal.INVALID, "a key's id is letters, digits, and -_.");
            }
            if (key.expiresSeconds() < NEVER || key.expiresSeconds() > EXPIRES_SECONDS_MAX) {
                throw new Refused(Refusal.INVALID, "a key ends at a time in seconds since 1970");
            }
            if (!ids.add(key.id()) || !seen.add(parsed)) {
                throw new Refused(Refusal.EXISTS, "the service account has this key already");
            }
        }
    }
}
