package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobUses;
import dev.sluice.label.Label;
import dev.sluice.run.Run.Content;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/// Removes the records of an organization's runs when it has ended, and what the records of others hold that nobody
/// could know without it. May be broken off anywhere and begun again.
public final class RunErasure {
    private static final Bytes NULL = Bytes.utf8("null");

    private final Store store;
    private final InstantSource clock;
    private final DeadLetters letters;

    public RunErasure(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.letters = new DeadLetters(store, clock);
    }

    /// @param isOwn whether what is labeled so is nothing without the organization
    /// @return where something was removed, as the first bytes of the store's keys
    public Set<Bytes> remove(String organization, Predicate<Label> isOwn) {
        Set<Bytes> shards = new LinkedHashSet<>();
        removeWaiting(organization, shards);
        removeLetters(RunKeys.letters(organization), _ -> true, shards);
        Pages.forEach(store, RunKeys.existences(organization), record -> {
            var batch = new Batch();
            Contents.endUses(store, RunCodec.decodeRun(record.value()), batch);
            store.commitBehind(batch);
        });
        for (Bytes prefix : RunKeys.allOf(organization)) {
            Pages.forEach(store, prefix, record -> delete(record.key(), shards));
        }
        Optional<Bytes> shard = RunKeys.shardAfter(store, Optional.empty());
        while (shard.isPresent()) {
            Pages.forEach(store, RunKeys.contentsIn(shard.get()), record -> {
                Content content = RunCodec.decodeContent(record.value());
                if (isOwn.test(content.label()) || isOwn.test(content.outputLabel())) {
                    var batch = new Batch();
                    Contents.endUse(store, content, record.key(), RunKeys.outputBeside(record.key()), batch);
                    store.commitBehind(batch);
                    delete(record.key(), shards);
                    delete(RunKeys.outputBeside(record.key()), shards);
                }
            });
            removeLetters(RunKeys.lettersIn(shard.get()), letter -> isOwn.test(letter.start()), shards);
            shard = RunKeys.shardAfter(store, shard);
        }
        return shards;
    }

    private void removeLetters(Bytes prefix, Predicate<Queued> isGone, Set<Bytes> shards) {
        Pages.forEach(store, prefix, record -> {
            Queued letter = RunCodec.decodeQueued(record.value(), NULL);
            if (isGone.test(letter)) {
                store.commitBehind(letters.remove(letter, new Batch()));
                shards.add(RunKeys.shardOf(record.key()));
                shards.add(RunKeys.shardOf(RunKeys.payload(letter.run().id())));
            }
        });
    }

    private void removeWaiting(String organization, Set<Bytes> shards) {
        Pages.forEach(store, RunKeys.queue(), record -> {
            Queued queued = RunCodec.decodeQueued(record.value(), NULL);
            if (queued.run().organization().equals(organization)) {
                UUID id = queued.run().id();
                var batch = new Batch().delete(record.key()).delete(RunKeys.payload(id));
                queued.given()
                        .blobs()
                        .values()
                        .forEach(blob -> BlobUses.end(batch, blob.digest(), record.key(), clock.instant()));
                store.commit(batch);
                shards.add(RunKeys.shardOf(record.key()));
            }
        });
        Pages.forEach(store, RunKeys.opens(), record -> {
            if (RunCodec.decodeRun(record.value()).organization().equals(organization)) {
                delete(record.key(), shards);
            }
        });
    }

    private void delete(Bytes key, Set<Bytes> shards) {
        store.commitBehind(new Batch().delete(key));
        shards.add(RunKeys.shardOf(key));
    }
}
