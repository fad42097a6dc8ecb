package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/// Which records of the store name which blobs: a key for each, put and deleted in the batch that puts and deletes
/// the record. So whether anything names a blob is known without looking at records. When something last ceased to
/// is kept, too: who has read a name from a record may still open it for a while.
public final class BlobUses {
    final References references;
    private final InstantSource clock;

    BlobUses(References references, InstantSource clock) {
        this.references = references;
        this.clock = clock;
    }

    /// In the batch that puts the record `key`.
    public static void begin(Batch batch, Digest blob, Bytes key) {
        batch.put(Keys.blobUse(blob, key), Bytes.EMPTY);
    }

    /// In the batch that deletes it.
    public static void end(Batch batch, Digest blob, Bytes key, Instant now) {
        batch.delete(Keys.blobUse(blob, key)).put(Keys.blobLeft(blob), encode(now));
    }

    /// In the batch that makes an object.
    void begin(StoredObject made, Bytes key, Batch batch) {
        blobsOf(made).forEach(blob -> begin(batch, blob, key));
    }

    /// In the batch that deletes one.
    void end(StoredObject deleted, Bytes key, Batch batch) {
        blobsOf(deleted).forEach(blob -> end(batch, blob, key, clock.instant()));
    }

    /// In the batch that replaces the content of one.
    void change(StoredObject before, StoredObject after, Bytes key, Batch batch) {
        Set<Digest> old = blobsOf(before);
        Set<Digest> now = blobsOf(after);
        old.stream().filter(blob -> !now.contains(blob)).forEach(blob -> end(batch, blob, key, clock.instant()));
        now.stream().filter(blob -> !old.contains(blob)).forEach(blob -> begin(batch, blob, key));
    }

    /// The blobs that its content names: a blob's object has one, a gate may have several.
    Set<Digest> blobsOf(StoredObject object) {
        return switch (object.kind()) {
            case BLOB -> Set.of(BlobRef.decode(object.bytes()).digest());
            case GATE, SERVICE ->
                Set.copyOf(references.in(object.kind(), object.bytes()).blobs());
            case FILE, DIRECTORY, FACETED -> Set.of();
        };
    }

    /// Whether nothing names the blob, nor has since `before`.
    static boolean isUnused(Store store, Digest blob, Instant before) {
        List<Store.Entry> first = store.scan(Keys.blob(blob), Bytes.EMPTY, 2);
        return first.isEmpty()
                || (first.size() == 1
                        && first.getFirst().key().equals(Keys.blobLeft(blob))
                        && decode(first.getFirst().value()).isBefore(before));
    }

    private static Bytes encode(Instant instant) {
        return Bytes.takeOver(
                ByteBuffer.allocate(Long.BYTES).putLong(instant.toEpochMilli()).array());
    }

    private static Instant decode(Bytes stored) {
        return Instant.ofEpochMilli(stored.asBuffer().getLong());
    }
}
