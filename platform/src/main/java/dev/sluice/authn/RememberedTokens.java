package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.util.Optional;
import java.util.function.Function;

/// What good tokens say, by their digests: tokens themselves are not kept. It is never an answer by itself: who
/// remembers asks again at each use whether it still holds. Thread-safe.
final class RememberedTokens<C> {
    /// Longer ones are no tokens, and not looked at.
    static final int TOKEN_CHARS_MAX = 8192;

    private static final int REMEMBERED_MAX = 30_000;

    private final Cache<Bytes, C> verified =
            Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

    /// @param verify what a token says, empty if it is not good: asked where it is not remembered
    /// @param holds who stands behind it now, empty if it holds no more: asked each time
    <T> Optional<T> use(String token, Function<String, Optional<C>> verify, Function<C, Optional<T>> holds) {
        if (token.isEmpty() || token.length() > TOKEN_CHARS_MAX) {
            return Optional.empty();
        }
        Bytes digest = Bytes.takeOver(Digest.sha256().digest(Bytes.utf8(token).readOnlyArray()));
        C known = verified.getIfPresent(digest);
        if (known != null) {
            Optional<T> good = holds.apply(known);
            if (good.isPresent()) {
                return good;
            }
            verified.invalidate(digest);
        }
        Optional<C> fresh = verify.apply(token);
        fresh.ifPresent(claims -> verified.put(digest, claims));
        return fresh.flatMap(holds);
    }
}
