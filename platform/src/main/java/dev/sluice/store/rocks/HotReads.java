package dev.sluice.store.rocks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Small values that are read over and over, so that the gates and policies of each run cost no search in RocksDB.
///
/// Never stale: a value gets in only by [#get], which reads it while its key is locked, and each change of a key ends
/// with [#changed] after it is in the database and before anybody is told. A read that meets the change is either
/// removed by it or has seen it.
final class HotReads {
    static final int VALUE_BYTES_MAX = 4 << 10;
    private static final long BYTES_MAX = 8 << 20;

    private final Cache<Bytes, Bytes> values = Caffeine.newBuilder()
            .maximumWeight(BYTES_MAX)
            .weigher((Bytes key, Bytes value) -> key.length() + value.length() + 128)
            .build();

    /// The value of `key`, from here or by `read`, which gives null for what shall not be kept.
    @Nullable
    Bytes get(Bytes key, Function<Bytes, @Nullable Bytes> read) {
        Bytes known = values.getIfPresent(key);
        return known != null ? known : values.asMap().computeIfAbsent(key, read);
    }

    void changed(Bytes key) {
        values.invalidate(key);
    }
}
