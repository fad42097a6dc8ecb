package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.security.SecureRandom;

/// The objects by their ids, whatever links to them.
final class Heap {
    private final Store store;
    private final SecureRandom random;

    Heap(Store store, SecureRandom random) {
        this.store = store;
        this.random = random;
    }

    /// @throws Refused `NOT_FOUND`
    StoredObject load(ObjectId id) {
        return store.get(Keys.object(id)).map(StoredObject::decode).orElseThrow(Refused::notFound);
    }

    /// The object of `kind` named by `id`, after the current task has been tainted with what of its secrecy
    /// `enter` does not release.
    ///
    /// @throws Refused `NOT_FOUND`, also above the clearance
    StoredObject observe(ObjectId id, Kind kind, Component enter) {
        StoredObject object = load(id);
        Label seen = object.label().release(enter);
        if (object.kind() != kind || !Task.current().mayObserve(seen)) {
            throw Refused.notFound();
        }
        Task.current().observe(seen, "an object by its id");
        return object;
    }

    /// An id that nothing has, on the shard of `near`.
    ObjectId idNear(ObjectId near) {
        return ObjectId.random(near.shard(), random);
    }

    /// Makes an object that nothing links to, on the shard of the owner of `label`.
    ObjectId addUnlinked(StoredObject object) {
        ObjectId id = ObjectId.random(Walk.shardOf(object.label()), random);
        store.commit(new Batch().put(Keys.object(id), object.encode()));
        return id;
    }

    /// Replaces the content of the object `id`, which is labeled `label`, as the current task.
    ///
    /// @param expectedVersion 0 for whatever is there
    /// @return as [LabeledFs#write]
    long overwrite(ObjectId id, Label label, Bytes content, long expectedVersion, Privilege with, Object what) {
        Task task = Task.current();
        if (expectedVersion != 0) {
            task.observe(label, what);
        }
        task.requireMayAffect(label, with, what);
        while (true) {
            Bytes before = store.get(Keys.object(id)).orElseThrow(Refused::notFound);
            StoredObject object = StoredObject.decode(before);
            if (expectedVersion != 0 && object.version() != expectedVersion) {
                throw new Refused(Refusal.CONFLICT, "the object has changed: read it again and retry");
            }
            StoredObject changed = object.changed(content);
            if (store.compareAndSet(Keys.object(id), before, changed.encode())) {
                return task.knows(label) ? changed.version() : 0;
            }
        }
    }
}
