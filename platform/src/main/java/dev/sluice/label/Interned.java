package dev.sluice.label;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One object for each meaning, as long as somebody holds it.
///
/// Values are held weakly, so a flood of hostile labels costs what its senders keep alive and no more: each look-up
/// first drops the entries whose values the collector has taken. A key must not refer to its value. Keys are either
/// comparable (the map then stands colliding hashes) or hash by identity (nobody outside can make them collide).
final class Interned<K, V> {
    private final ConcurrentMap<K, Entry<K, V>> entries = new ConcurrentHashMap<>();
    private final ReferenceQueue<V> dead = new ReferenceQueue<>();

    /// The one value of `key`; `make` is asked when nobody holds it.
    V get(K key, Supplier<V> make) {
        dropDead();
        @Nullable V fresh = null;
        while (true) {
            Entry<K, V> found = entries.get(key);
            V value = found == null ? null : found.get();
            if (value != null) {
                return value;
            }
            if (fresh == null) {
                fresh = make.get();
            }
            Entry<K, V> mine = new Entry<>(key, fresh, dead);
            if (found == null ? entries.putIfAbsent(key, mine) == null : entries.replace(key, found, mine)) {
                return fresh;
            }
        }
    }

    /// How many entries there are, dead ones that were not dropped yet included.
    int size() {
        return entries.size();
    }

    private void dropDead() {
        for (Reference<? extends V> gone = dead.poll(); gone != null; gone = dead.poll()) {
            if (gone instanceof Entry<?, ?> entry) {
                entries.remove(entry.key, entry);
            }
        }
    }

    private static final class Entry<K, V> extends WeakReference<V> {
        private final K key;

        Entry(K key, V value, ReferenceQueue<V> dead) {
            super(value, dead);
            this.key = key;
        }
    }
}
