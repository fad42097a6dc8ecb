package dev.sluice.fs;

import dev.sluice.bytes.Bytes;

/// What something uses up of a [Quota].
record Cost(long items, long bytes) {
    static final Cost NONE = new Cost(0, 0);

    /// One key of the store.
    static Cost of(Bytes key, Bytes value) {
        return new Cost(1, key.length() + (long) value.length());
    }

    Cost plus(Cost other) {
        return new Cost(items + other.items, bytes + other.bytes);
    }

    Cost minus(Cost other) {
        return new Cost(items - other.items, bytes - other.bytes);
    }
}
