package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;

/// Which records of the store name which objects that nothing links to: a key for each, put and deleted in the batch
/// that puts and deletes the record. As long as there is one, the object counts as reachable.
public final class ObjectUses {
    private ObjectUses() {}

    /// In the batch that puts the record `key`. The object must have been retained before ([UnlinkedBlobs#retain]), or
    /// be named by another record of the same batch.
    public static void begin(Batch batch, ObjectId object, Bytes key) {
        batch.put(Keys.objectUse(object, key), Bytes.EMPTY);
    }

    /// In the batch that deletes it.
    public static void end(Batch batch, ObjectId object, Bytes key) {
        batch.delete(Keys.objectUse(object, key));
    }

    static boolean isUsed(Store store, ObjectId object) {
        return !store.scan(Keys.objectUses(object), Bytes.EMPTY, 1).isEmpty();
    }
}
