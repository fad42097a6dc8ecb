package dev.sluice.store;

import dev.sluice.bytes.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Conditions on the state before the batch, and changes that are made together if all of them hold.
///
/// A builder for one thread: it must not be touched once it was given to a store. Of several changes to one key
/// the last one counts.
public final class Batch {
    public static final int STEPS_MAX = 4_096;
    public static final int BATCH_BYTES_MAX = 16 << 20;

    private final List<Condition> conditions = new ArrayList<>(2);
    private final List<Change> changes = new ArrayList<>(4);
    private final List<Addition> additions = new ArrayList<>(4);
    private int size;

    public Batch requireAbsent(Bytes key) {
        grow(checkedKey(key).length());
        conditions.add(new Condition(key, null));
        return this;
    }

    public Batch requireEquals(Bytes key, Bytes value) {
        grow(checkedKey(key).length() + value.length());
        conditions.add(new Condition(key, value));
        return this;
    }

    public Batch put(Bytes key, Bytes value) {
        if (value.length() > Store.VALUE_BYTES_MAX) {
            throw new IllegalArgumentException("a value has at most " + Store.VALUE_BYTES_MAX + " bytes");
        }
        grow(checkedKey(key).length() + value.length());
        changes.add(new Change(key, value));
        return this;
    }

    public Batch delete(Bytes key) {
        grow(checkedKey(key).length());
        changes.add(new Change(key, null));
        return this;
    }

    /// Adds `delta` to the number that `key` holds (absent: 0), as part of the batch and without reading it first,
    /// so that nobody retries. Such a key is changed in no other way. Additions are made in the order of the
    /// calls.
    ///
    /// @param max what the number may be after a positive `delta`; a batch that would exceed it fails like one
    ///     whose condition does not hold
    public Batch add(Bytes key, long delta, long max) {
        grow(checkedKey(key).length() + Long.BYTES);
        additions.add(new Addition(key, delta, max));
        return this;
    }

    public List<Addition> additions() {
        return Collections.unmodifiableList(additions);
    }

    /// The number that a key holds to which something was added.
    public static long number(Optional<Bytes> value) {
        return value.map(bytes -> bytes.asBuffer().getLong()).orElse(0L);
    }

    public List<Condition> conditions() {
        return Collections.unmodifiableList(conditions);
    }

    public List<Change> changes() {
        return Collections.unmodifiableList(changes);
    }

    /// The bytes of all keys and values in it.
    public int size() {
        return size;
    }

    /// This batch, if it is one that cannot fail: without conditions.
    public Batch requireUnconditional() {
        if (!conditions.isEmpty() || !additions.isEmpty()) {
            throw new IllegalArgumentException("a batch that is committed behind has no conditions or additions");
        }
        return this;
    }

    /// The key itself, if it has a length that a store takes.
    public static Bytes checkedKey(Bytes key) {
        if (key.length() == 0 || key.length() > Store.KEY_BYTES_MAX) {
            throw new IllegalArgumentException("a key has 1 to " + Store.KEY_BYTES_MAX + " bytes");
        }
        return key;
    }

    private void grow(int added) {
        if (conditions.size() + changes.size() + additions.size() == STEPS_MAX || added > BATCH_BYTES_MAX - size) {
            throw new IllegalArgumentException(
                    "a batch has at most " + STEPS_MAX + " steps and " + BATCH_BYTES_MAX + " bytes");
        }
        size += added;
    }

    /// What `key` must hold: `expected`, or nothing if that is null.
    public record Condition(Bytes key, @Nullable Bytes expected) {}

    /// What `key` holds afterwards: `value`, or nothing if that is null.
    public record Change(Bytes key, @Nullable Bytes value) {}

    /// What is added to the number at `key`.
    public record Addition(Bytes key, long delta, long max) {
        /// What becomes of the key if it holds `now`; nothing if the number would be too large.
        public Optional<Change> to(Optional<Bytes> now) {
            long sum = Math.addExact(number(now), delta);
            if (delta > 0 && sum > max) {
                return Optional.empty();
            }
            byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(sum).array();
            return Optional.of(new Change(key, sum == 0 ? null : Bytes.takeOver(value)));
        }
    }
}
