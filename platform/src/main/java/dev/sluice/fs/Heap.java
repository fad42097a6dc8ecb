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
import java.time.Duration;
import java.time.Instant;

/// The objects by their ids, whatever links to them. What is made and changed, the current task pays for.
final class Heap {
    private final Store store;
    private final SecureRandom random;
    private final Quotas quotas;
    private final Barrier barrier;
    private final BlobUses uses;

    Heap(Store store, SecureRandom random, Quotas quotas, Barrier barrier, BlobUses uses) {
        this.store = store;
        this.random = random;
        this.quotas = quotas;
        this.barrier = barrier;
        this.uses = uses;
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
        barrier.reach(kind, id);
        return object;
    }

    /// An id that nothing has, on the shard of `near`.
    ObjectId idNear(ObjectId near) {
        return ObjectId.random(near.shard(), random);
    }

    /// Adds a new object to a batch that also links it.
    ///
    /// @return what it costs, not charged yet
    Cost add(ObjectId id, Kind kind, Label label, Bytes content, Batch batch) {
        barrier.born(kind, id);
        var object = new StoredObject(kind, 1, label, Task.current().payer(), content);
        batch.put(Keys.object(id), object.encode());
        uses.begin(object, Keys.object(id), batch);
        return object.cost(Keys.object(id));
    }

    /// Makes a faceted directory on the shard of `near`. Nothing is stored for it until something is linked into
    /// it.
    ObjectId addFaceted(ObjectId near) {
        ObjectId id = idNear(near);
        barrier.born(Kind.FACETED, id);
        return id;
    }

    /// The same, that nothing links to: it is kept as an object without content, which somebody pays for. Its
    /// label means nothing.
    ///
    /// @throws Refused `QUOTA`
    ObjectId addUnlinkedFaceted() {
        Reservation none = quotas.reservation(Task.current().payer());
        ObjectId id = idNear(ObjectId.derived(""));
        return addLeased(id, Kind.FACETED, Label.PUBLIC, Bytes.EMPTY, Barrier.LEASE, none)
                .id();
    }

    /// Makes an object that nothing links to, on the shard of the owner of `label`.
    ///
    /// @throws Refused `TOO_LARGE`, `DENIED`, `QUOTA`
    ObjectId addUnlinked(Kind kind, Label label, Bytes content, Privilege with) {
        Reservation none = quotas.reservation(Task.current().payer());
        return addUnlinked(kind, label, content, with, Barrier.LEASE, none).id();
    }

    /// As [#addUnlinked(Kind, Label, Bytes, Privilege)], kept for a time.
    ///
    /// @param room of the task's payer, which it takes the place of
    UnlinkedBlobs.Made addUnlinked(
            Kind kind, Label label, Bytes content, Privilege with, Duration lease, Reservation room) {
        StoredObject.requireSize(content);
        Labels.requireStorable(label);
        Task.current().requireMayCreate(label, with, "an object that nothing links to");
        return addLeased(ObjectId.random(Walk.shardOf(label), random), kind, label, content, lease, room);
    }

    /// Deletes an object that nothing links to, and pays it back.
    ///
    /// @throws Refused `NOT_FOUND`
    void removeUnlinked(ObjectId id) {
        Bytes key = Keys.object(id);
        boolean isDone = barrier.freeing(() -> {
            Bytes stored = store.get(key).orElseThrow(Refused::notFound);
            StoredObject object = StoredObject.decode(stored);
            var batch = new Batch().requireEquals(key, stored).delete(key).delete(Keys.candidate(id));
            quotas.release(batch, object.payer(), object.cost(key));
            uses.end(object, key, batch);
            return store.commit(batch);
        });
        if (!isDone) {
            throw Refused.notFound();
        }
    }

    private UnlinkedBlobs.Made addLeased(
            ObjectId id, Kind kind, Label label, Bytes content, Duration lease, Reservation room) {
        String payer = Task.current().payer();
        var batch = new Batch();
        Cost cost = add(id, kind, label, content, batch);
        long until = barrier.lease(kind, id, lease, batch);
        room.settle(batch);
        quotas.charge(batch, payer, cost);
        while (!store.commit(batch)) {
            quotas.requireRoom(payer, cost.minus(new Cost(0, room.bytes())));
        }
        room.settled();
        return new UnlinkedBlobs.Made(id, Instant.ofEpochMilli(until));
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
        Bytes key = Keys.object(id);
        while (true) {
            Bytes before = store.get(key).orElseThrow(Refused::notFound);
            StoredObject object = StoredObject.decode(before);
            if (expectedVersion != 0 && object.version() != expectedVersion) {
                throw new Refused(Refusal.CONFLICT, "the object has changed: read it again and retry");
            }
            StoredObject changed = object.changed(content, task.payer());
            Bytes after = changed.encode();
            var batch = new Batch().requireEquals(key, before).put(key, after);
            uses.change(object, changed, key, batch);
            Cost freed = object.cost(key);
            Cost cost = changed.cost(key);
            quotas.release(batch, object.payer(), freed);
            quotas.charge(batch, task.payer(), cost);
            if (store.commit(batch)) {
                barrier.changed(object.kind(), id);
                return task.knows(label) ? changed.version() : 0;
            }
            quotas.requireRoom(task.payer(), object.payer().equals(task.payer()) ? cost.minus(freed) : cost);
        }
    }
}
