package dev.sluice.store;

import dev.sluice.bytes.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The keys from `from` (inclusive) to `to` (exclusive; null: to the end), which may be none.
public record KeyRange(Bytes from, @Nullable Bytes to) {
    /// Those that start with `prefix` and come after `afterKey` (empty: all).
    public static KeyRange after(Bytes prefix, Bytes afterKey) {
        Bytes from = afterKey.length() == 0 || afterKey.compareTo(prefix) < 0 ? prefix : successor(afterKey);
        return new KeyRange(from, endOf(prefix));
    }

    /// Those that start with `prefix` and come before `beforeKey` (empty: all).
    public static KeyRange before(Bytes prefix, Bytes beforeKey) {
        Bytes end = endOf(prefix);
        boolean cut = beforeKey.length() > 0 && (end == null || beforeKey.compareTo(end) < 0);
        return new KeyRange(prefix, cut ? beforeKey : end);
    }

    public boolean isEmpty() {
        return to != null && from.compareTo(to) >= 0;
    }

    public boolean contains(Bytes key) {
        return key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0);
    }

    private static Bytes successor(Bytes key) {
        return Bytes.takeOver(Arrays.copyOf(key.readOnlyArray(), key.length() + 1));
    }

    /// The first key after all that start with `prefix`; null if there is none.
    private static @Nullable Bytes endOf(Bytes prefix) {
        int kept = prefix.length();
        while (kept > 0 && prefix.at(kept - 1) == (byte) 0xff) {
            kept--;
        }
        if (kept == 0) {
            return null;
        }
        byte[] end = Arrays.copyOf(prefix.readOnlyArray(), kept);
        end[kept - 1]++;
        return Bytes.takeOver(end);
    }
}
