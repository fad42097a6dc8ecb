package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobUses;
import dev.sluice.kernel.Refused;
import dev.sluice.run.Run.Accepted;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Queued;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The runs that nobody waits for, until they have ended: durable before they are acknowledged.
///
/// Thread-safe.
public final class RunQueue {
    private static final Bytes NULL = Bytes.utf8("null");

    private final Store store;
    private final Contents contents;
    private final InstantSource clock;

    RunQueue(Store store, Contents contents, InstantSource clock) {
        this.store = store;
        this.contents = contents;
        this.clock = clock;
    }

    /// Makes a run durable.
    ///
    /// @return false if somebody has claimed before what it claims: then it is none
    public boolean add(Queued queued, Optional<Claim> claim) {
        UUID id = queued.run().id();
        Batch batch = contents.exists(queued.run(), new Batch())
                .put(RunKeys.queued(id), RunCodec.encode(queued))
                .put(RunKeys.payload(id), queued.given().payload());
        claim.ifPresent(one -> contents.claim(queued.run(), one, batch));
        return store.commit(useBlobs(queued, batch));
    }

    /// The run that has been accepted before under the same key as `run`.
    ///
    /// @throws Refused `INVALID` if that was given something else
    public Optional<Run> first(Run run, Claim claim) {
        return contents.claimed(run, claim).flatMap(id -> contents.existence(run.organization(), id));
    }

    /// Takes a queued run to start it. Whoever gets it starts it; nobody else ever does, so it runs at most
    /// once.
    public Optional<Queued> take(UUID id) {
        Bytes key = RunKeys.queued(id);
        return store.get(key).flatMap(stored -> {
            Queued queued =
                    RunCodec.decodeQueued(stored, store.get(RunKeys.payload(id)).orElse(NULL));
            boolean isMine = !queued.isStarted() && store.compareAndSet(key, stored, RunCodec.encode(queued.started()));
            return isMine ? Optional.of(queued) : Optional.empty();
        });
    }

    /// Notes how a run ended that was taken.
    public void end(Queued queued, Content content) {
        store.commitBehind(contents.put(queued.run(), content, without(queued)));
    }

    /// After a restart: closes each run that was started, and gives back the others, oldest first.
    List<Accepted> recover() {
        var waiting = new ArrayList<Accepted>();
        Pages.forEach(store, RunKeys.queue(), record -> {
            Queued queued = RunCodec.decodeQueued(record.value(), NULL);
            Run run = queued.run();
            if (queued.isStarted()) {
                store.commit(contents.put(run, contents.stopped(run), without(queued)));
            } else {
                store.commitBehind(useBlobs(queued, new Batch())); // it may be from before that was noted
                waiting.add(queued.accepted());
            }
        });
        return waiting;
    }

    /// What a queued run will be given stays as long as its record.
    private static Batch useBlobs(Queued queued, Batch batch) {
        Bytes key = RunKeys.queued(queued.run().id());
        queued.given().blobs().values().forEach(blob -> BlobUses.begin(batch, blob.digest(), key));
        return batch;
    }

    private Batch without(Queued queued) {
        Bytes key = RunKeys.queued(queued.run().id());
        var batch = new Batch().delete(key).delete(RunKeys.payload(queued.run().id()));
        queued.given().blobs().values().forEach(blob -> BlobUses.end(batch, blob.digest(), key, clock.instant()));
        return batch;
    }
}
