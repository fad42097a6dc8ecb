package dev.sluice.store.rocks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Small values that are read over and over, so that the gates and policies of each run cost no search in RocksDB.
///
/// Never stale, and no change is seen in part: before the keys of a group change in the database, all of them leave,
/// and none comes back until they have changed. A value comes in only if no group began or ended since before it was
/// read.
final class HotReads {
    private static final int VALUE_BYTES_MAX = 4 << 10;
    private static final int ENTRY_BYTES = 128;
    private static final long HOT_BYTES_MAX = 8 << 20;

    private final Cache<Bytes, Bytes> values = Caffeine.newBuilder()
            .maximumWeight(HOT_BYTES_MAX)
            .weigher((Bytes key, Bytes value) -> key.length() + value.length() + ENTRY_BYTES)
            .build();
    private volatile Phase phase = new Phase(Set.of());

    @Nullable
    Bytes get(Bytes key) {
        return values.getIfPresent(key);
    }

    /// To be asked for before the database is read for something to offer.
    Phase phase() {
        return phase;
    }

    void offer(Bytes key, Bytes value, Phase before) {
        if (value.length() <= VALUE_BYTES_MAX && !before.changing.contains(key)) {
            values.asMap().computeIfAbsent(key, _ -> phase == before ? value : null);
        }
    }

    /// Before `keys` change in the database. They must not change themselves.
    void begin(Set<Bytes> keys) {
        phase = new Phase(keys);
        keys.forEach(values::invalidate);
    }

    /// After they have changed.
    void end() {
        phase = new Phase(Set.of());
    }

    /// The time between two calls of the committer.
    static final class Phase {
        private final Set<Bytes> changing;

        private Phase(Set<Bytes> changing) {
            this.changing = changing;
        }
    }
}
