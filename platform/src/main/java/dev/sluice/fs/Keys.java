package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.label.Label;
import dev.sluice.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The store's keys of this room: shard, a letter that says what, the object's id, and what stands below it.
///
/// Each entry of a directory is a key of its own, so linking costs the same in an empty directory and in a full
/// one.
final class Keys {
    private static final byte OBJECT = 'o';
    private static final byte ENTRY = 'e';
    private static final byte FACET = 'f';
    private static final byte QUOTA = 'q';
    private static final byte CANDIDATE = 'g';
    private static final byte CYCLE = 'm';
    private static final byte BLOB = 'b';
    private static final byte OBJECT_USE = 'u';
    private static final byte MARKED = 1;
    private static final byte GRAY = 2;
    private static final byte LEFT = 1;
    private static final byte USED = 2;
    private static final int SHARD_BYTES = 4;
    private static final Bytes LAST = Bytes.takeOver(new byte[] {(byte) 0xff});

    /// Where the notes of the collector's cycles are.
    private static final ObjectId CYCLES = ObjectId.derived("", "cycles");

    private static final ObjectId RESERVATIONS = ObjectId.derived("", "reservations");

    private static final ObjectId BLOB_USES_NOTED = ObjectId.derived("", "blob uses noted");

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

    /// How many items somebody has stored.
    static Bytes items(String payer) {
        return key(QUOTA, ObjectId.derived(payer, "quota", payer), new byte[] {'i'});
    }

    /// How many bytes.
    static Bytes bytes(String payer) {
        return key(QUOTA, ObjectId.derived(payer, "quota", payer), new byte[] {'b'});
    }

    /// How many of these for what is being written.
    static Bytes reserved(String payer) {
        return key(QUOTA, RESERVATIONS, payer.getBytes(StandardCharsets.UTF_8));
    }

    /// Of all payers: what stands below is one's name.
    static Bytes reservations() {
        return reserved("");
    }

    static Bytes candidate(ObjectId id) {
        return key(CANDIDATE, id, new byte[0]);
    }

    /// All candidates of a shard.
    static Bytes candidates(Bytes shard) {
        return join(shard, Bytes.takeOver(new byte[] {CANDIDATE}));
    }

    /// All objects of a shard.
    static Bytes objects(Bytes shard) {
        return join(shard, Bytes.takeOver(new byte[] {OBJECT}));
    }

    /// All that is kept of one blob.
    static Bytes blob(Digest blob) {
        byte[] name = HexFormat.of().parseHex(blob.hex());
        byte[] key = new byte[SHARD_BYTES + 1 + name.length];
        System.arraycopy(name, 0, key, 0, SHARD_BYTES);
        key[SHARD_BYTES] = BLOB;
        System.arraycopy(name, 0, key, SHARD_BYTES + 1, name.length);
        return Bytes.takeOver(key);
    }

    /// When something last ceased to name a blob.
    static Bytes blobLeft(Digest blob) {
        return join(blob(blob), Bytes.takeOver(new byte[] {LEFT}));
    }

    /// That a record names a blob.
    static Bytes blobUse(Digest blob, Bytes record) {
        return join(join(blob(blob), Bytes.takeOver(new byte[] {USED})), record);
    }

    /// That a record names an object.
    static Bytes objectUse(ObjectId id, Bytes record) {
        return key(OBJECT_USE, id, record.readOnlyArray());
    }

    static Bytes objectUses(ObjectId id) {
        return key(OBJECT_USE, id, new byte[0]);
    }

    /// That all uses of blobs are noted in this store.
    static Bytes blobUsesNoted() {
        return key(BLOB, BLOB_USES_NOTED, new byte[0]);
    }

    /// All entries of directories of a shard.
    static Bytes entriesIn(Bytes shard) {
        return join(shard, Bytes.takeOver(new byte[] {ENTRY}));
    }

    /// All marks of facets of a shard.
    static Bytes facetsIn(Bytes shard) {
        return join(shard, Bytes.takeOver(new byte[] {FACET}));
    }

    static Bytes shardOf(Bytes key) {
        return key.slice(0, SHARD_BYTES);
    }

    /// The object that a key is about.
    static ObjectId idOf(Bytes key) {
        return new ObjectId(join(shardOf(key), key.slice(SHARD_BYTES + 1, ObjectId.LENGTH_BYTES + 1)));
    }

    /// What stands behind the object in a key.
    static Bytes belowId(Bytes key) {
        return key.slice(ObjectId.LENGTH_BYTES + 1, key.length());
    }

    /// The next shard after one that has any keys; the first after none.
    static Optional<Bytes> shardAfter(Store store, Optional<Bytes> shard) {
        List<Store.Entry> next =
                store.scan(Bytes.EMPTY, shard.map(last -> join(last, LAST)).orElse(Bytes.EMPTY), 1);
        return next.stream().findFirst().map(entry -> shardOf(entry.key()));
    }

    static Bytes join(Bytes first, Bytes second) {
        byte[] whole = Arrays.copyOf(first.readOnlyArray(), first.length() + second.length());
        System.arraycopy(second.readOnlyArray(), 0, whole, first.length(), second.length());
        return Bytes.takeOver(whole);
    }

    /// That a cycle has marked an object exactly.
    static Bytes marked(Bytes nonce, ObjectId id) {
        return cycle(nonce, MARKED, id.value().readOnlyArray());
    }

    /// That a cycle has still to follow an object.
    static Bytes gray(Bytes nonce, ObjectId id) {
        return cycle(nonce, GRAY, id.value().readOnlyArray());
    }

    static Bytes grays(Bytes nonce) {
        return cycle(nonce, GRAY, new byte[0]);
    }

    /// All that cycles note.
    static Bytes cycles() {
        return key(CYCLE, CYCLES, new byte[0]);
    }

    private static Bytes cycle(Bytes nonce, byte what, byte[] id) {
        byte[] below = Arrays.copyOf(nonce.readOnlyArray(), nonce.length() + 1 + id.length);
        below[nonce.length()] = what;
        System.arraycopy(id, 0, below, nonce.length() + 1, id.length);
        return key(CYCLE, CYCLES, below);
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
