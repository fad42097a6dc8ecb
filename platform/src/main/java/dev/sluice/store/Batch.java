package dev.sluice.store;

import dev.sluice.bytes.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Conditions on the state before the batch, and changes that are made together if all of them hold.
///
/// A builder for one thread: it must not be touched once it was given to a store. Of several changes to one key the
/// last one counts.
public final class Batch {
    public static final int STEPS_MAX = 4_096;
    public static final int BATCH_BYTES_MAX = 16 << 20;

    private final List<Condition> conditions = new ArrayList<>(2);
    private final List<Change> changes = new ArrayList<>(4);
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
        if (!conditions.isEmpty()) {
            throw new IllegalArgumentException("a batch that is committed behind has no conditions");
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
        if (conditions.size() + changes.size() == STEPS_MAX || added > BATCH_BYTES_MAX - size) {
            throw new IllegalArgumentException(
                    "a batch has at most " + STEPS_MAX + " steps and " + BATCH_BYTES_MAX + " bytes");
        }
        size += added;
    }

    /// What `key` must hold: `expected`, or nothing if that is null.
    public record Condition(Bytes key, @Nullable Bytes expected) {}

    /// What `key` holds afterwards: `value`, or nothing if that is null.
    public record Change(Bytes key, @Nullable Bytes value) {}
}
