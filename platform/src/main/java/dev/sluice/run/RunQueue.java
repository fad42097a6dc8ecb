package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobUses;
import dev.sluice.function.Retry;
import dev.sluice.kernel.Refused;
import dev.sluice.run.Queued.Accepted;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Tried;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// The runs that nobody waits for, until they have ended: durable before they are acknowledged.
///
/// Thread-safe.
public final class RunQueue {
    private static final Bytes NULL = Bytes.utf8("null");

    private final Store store;
    private final Contents contents;
    private final InstantSource clock;
    private final RandomGenerator random = new Random();

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

    /// Whether a run has been accepted that has not ended for good.
    public boolean isWaiting(UUID id) {
        return store.get(RunKeys.queued(id)).isPresent();
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

    /// Makes a run durable that a dead letter is run anew as, which is no dead letter from then on.
    ///
    /// @return false if that was done before, or the letter is gone
    public boolean redrive(Queued queued, Claim claim, Queued letter) {
        UUID id = queued.run().id();
        Run dead = letter.run();
        Batch batch = contents.exists(queued.run(), new Batch())
                .requireEquals(RunKeys.letter(dead.organization(), dead.id()), RunCodec.encode(letter))
                .put(RunKeys.queued(id), RunCodec.encode(queued))
                .put(RunKeys.payload(id), queued.given().payload());
        contents.claim(queued.run(), claim, batch);
        return store.commit(contents.letters().remove(letter, useBlobs(queued, batch)));
    }

    /// The dead letter of a run, whoever asks.
    public Optional<Queued> letter(String organization, UUID id) {
        return contents.letters().find(organization, id);
    }

    /// Gives a dead letter up. The run's record stays.
    public void discard(Queued letter) {
        store.commit(contents.letters().remove(letter, new Batch()));
    }

    /// How a try ended.
    public enum Outcome {
        /// Nothing is left to do.
        DONE,

        /// It is not wanted any more, and was not begun.
        WITHDRAWN,

        /// Another try may do better.
        FAILED,

        /// None will.
        FAILED_FOR_GOOD
    }

    /// Notes how a try ended of a run that was taken. One that failed is durably put back, or a dead letter, if its
    /// function has it so.
    ///
    /// @return the run, if it is to be tried again
    public Optional<Accepted> end(Queued queued, Content content, Outcome outcome) {
        Ended ended = ended(queued, content, outcome);
        if (isOver(outcome) || queued.tries().retry().isEmpty()) {
            store.commitBehind(ended.batch());
        } else {
            store.commit(ended.batch());
        }
        return ended.again();
    }

    private static boolean isOver(Outcome outcome) {
        return outcome == Outcome.DONE || outcome == Outcome.WITHDRAWN;
    }

    private record Ended(Batch batch, Optional<Accepted> again) {}

    private Ended ended(Queued queued, Content content, Outcome outcome) {
        Run run = queued.run();
        Optional<Retry> retry = queued.tries().retry();
        if (retry.isEmpty()) {
            return new Ended(contents.put(run, content, without(queued)), Optional.empty());
        }
        boolean isGone = contents.isClosed(run.organization())
                || contents.existence(run.organization(), run.id()).isEmpty();
        if (isGone) {
            return new Ended(without(queued), Optional.empty());
        }
        int made = queued.tries().made() + (outcome == Outcome.WITHDRAWN ? 0 : 1);
        if (outcome == Outcome.FAILED && made < retry.get().attempts()) {
            return again(queued, content, clock.millis() + retry.get().delayMillis(made, random));
        }
        Batch batch = isOver(outcome)
                ? without(queued)
                : contents.letters().put(queued.tried(0), new Batch().delete(RunKeys.queued(run.id())));
        contents.put(run, new Tried(made, 0, content.outputLabel(), content.label(), ""), batch);
        return new Ended(contents.put(run, content, batch), Optional.empty());
    }

    private Ended again(Queued queued, Content content, long dueMillis) {
        Queued next = queued.tried(dueMillis);
        Run run = queued.run();
        var tried = new Tried(
                next.tries().made(),
                dueMillis,
                content.outputLabel(),
                content.label(),
                content.fault().map(Fault::message).orElse(""));
        Batch batch = contents.put(run, tried, new Batch()).put(RunKeys.queued(run.id()), RunCodec.encode(next));
        return new Ended(batch, Optional.of(next.accepted()));
    }

    /// After a restart: each run that was started has failed, once more. Gives back those that wait, oldest first.
    List<Accepted> recover() {
        var waiting = new ArrayList<Accepted>();
        Pages.forEach(store, RunKeys.queue(), record -> {
            Queued queued = RunCodec.decodeQueued(record.value(), NULL);
            if (queued.isStarted()) {
                Ended ended = ended(queued, stopped(queued), Outcome.FAILED);
                store.commit(ended.batch());
                ended.again().ifPresent(waiting::add);
            } else {
                store.commitBehind(useBlobs(queued, new Batch())); // it may be from before that was noted
                waiting.add(queued.accepted());
            }
        });
        return waiting;
    }

    /// That a try was under way that was not the first tells how the one before it ended.
    private Content stopped(Queued queued) {
        Content content = contents.stopped(queued.run());
        return queued.tries().made() == 0 ? content : content.joinedWith(queued.start());
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
