package dev.sluice.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How many requests each organization has sent lately: a bucket of as many tokens as it may send in a second, which
/// fills up in one.
///
/// A bucket that nobody takes from is full after a second, and is then forgotten: there are as many as organizations
/// that have sent something just now. Thread-safe, without locks.
final class RequestRates {
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration KEPT = Duration.ofSeconds(2);

    private final LongSupplier nanos;

    /// When each bucket will be full again.
    private final Cache<String, AtomicLong> fullAt;

    /// @param nanos a clock that never goes back
    RequestRates(LongSupplier nanos) {
        this.nanos = nanos;
        this.fullAt = Caffeine.newBuilder()
                .expireAfterAccess(KEPT)
                .ticker(nanos::getAsLong)
                .build();
    }

    /// Takes one token.
    ///
    /// @return false if there is none
    boolean admits(String tenant, long perSecond) {
        long step = SECOND_NANOS / perSecond;
        long now = nanos.getAsLong();
        AtomicLong bucket = fullAt.get(tenant, _ -> new AtomicLong(now));
        while (true) {
            long before = bucket.get();
            long missing = Math.max(0, before - now) + step; // right though the clock overflows
            if (missing > SECOND_NANOS) {
                return false;
            }
            if (bucket.compareAndSet(before, now + missing)) {
                return true;
            }
        }
    }

    /// How many buckets are kept.
    long size() {
        fullAt.cleanUp();
        return fullAt.estimatedSize();
    }

    /// How many tokens are missing.
    long used(String tenant, long perSecond) {
        AtomicLong bucket = fullAt.getIfPresent(tenant);
        long missing = bucket == null ? 0 : Math.max(0, bucket.get() - nanos.getAsLong());
        return Math.ceilDiv(missing, SECOND_NANOS / perSecond);
    }
}
