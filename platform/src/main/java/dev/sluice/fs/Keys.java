package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import java.nio.charset.StandardCharsets;

/// The store's keys of this room: shard, a letter that says what, the object's id, and what stands below it.
///
/// Each entry of a directory is a key of its own, so linking costs the same in an empty directory and in a full one.
final class Keys {
    private static final byte OBJECT = 'o';
    private static final byte ENTRY = 'e';
    private static final byte FACET = 'f';

    private Keys() {}

    static Bytes object(ObjectId id) {
        return key(OBJECT, id, new byte[0]);
    }

    static Bytes entry(ObjectId directory, String name) {
        return key(ENTRY, directory, name.getBytes(StandardCharsets.UTF_8));
    }

    static Bytes entries(ObjectId directory) {
        return key(ENTRY, directory, new byte[0]);
    }

    static Bytes facet(ObjectId faceted, Label label) {
        return key(FACET, faceted, Labels.encode(label));
    }

    static Bytes facets(ObjectId faceted) {
        return key(FACET, faceted, new byte[0]);
    }

    /// What stands behind `prefix` in `key`.
    static Bytes below(Bytes prefix, Bytes key) {
        return key.slice(prefix.length(), key.length());
    }

    private static Bytes key(byte what, ObjectId id, byte[] below) {
        byte[] name = id.value().readOnlyArray();
        int shard = id.shard().length();
        byte[] key = new byte[name.length + 1 + below.length];
        System.arraycopy(name, 0, key, 0, shard);
        key[shard] = what;
        System.arraycopy(name, shard, key, shard + 1, name.length - shard);
        System.arraycopy(below, 0, key, name.length + 1, below.length);
        return Bytes.takeOver(key);
    }
}
