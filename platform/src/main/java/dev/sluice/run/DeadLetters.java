package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobUses;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/// The runs that failed for good, of functions that keep such: what each was given, so that it can be run anew. How it
/// ended is with the run's record, and goes with it.
///
/// A run's payload, and its uses of blobs, stay where they were while it was queued.
final class DeadLetters {
    /// Of one organization's runs whose existence has one label; the older ones are given up.
    static final int LETTERS_MAX = 10_000;

    private static final Bytes NULL = Bytes.utf8("null");

    private final Store store;
    private final InstantSource clock;

    DeadLetters(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    Batch put(Queued letter, Batch batch) {
        Run run = letter.run();
        RunIndex.addLetter(run, batch);
        return batch.put(RunKeys.letter(run.organization(), run.id()), RunCodec.encode(letter));
    }

    Optional<Queued> find(String organization, UUID id) {
        return store.get(RunKeys.letter(organization, id))
                .map(stored -> RunCodec.decodeQueued(
                        stored, store.get(RunKeys.payload(id)).orElse(NULL)));
    }

    Batch remove(Queued letter, Batch batch) {
        Run run = letter.run();
        Bytes user = RunKeys.queued(run.id());
        RunIndex.removeLetter(run, batch);
        batch.delete(RunKeys.letter(run.organization(), run.id())).delete(RunKeys.payload(run.id()));
        letter.given().blobs().values().forEach(blob -> BlobUses.end(batch, blob.digest(), user, clock.instant()));
        return batch;
    }
}
