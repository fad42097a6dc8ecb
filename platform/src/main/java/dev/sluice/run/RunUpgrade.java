package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.Optional;

/// Puts the runs on the lists of [RunIndex] that an earlier server kept in other ones, once. May be broken off
/// anywhere and begun again.
final class RunUpgrade {
    private static final Bytes DONE = Bytes.utf8("1");
    private static final Bytes NULL = Bytes.utf8("null");

    private final Store store;

    RunUpgrade(Store store) {
        this.store = store;
    }

    /// Before anything is listed.
    void run() {
        if (!store.scan(RunKeys.isIndexed(), Bytes.EMPTY, 1).isEmpty()) {
            return;
        }
        Optional<Bytes> shard = RunKeys.shardAfter(store, Optional.empty());
        while (shard.isPresent()) {
            Pages.forEach(store, RunKeys.existencesIn(shard.get()), record -> {
                var batch = new Batch();
                RunIndex.add(RunCodec.decodeRun(record.value()), batch);
                store.commitBehind(batch);
            });
            Pages.forEach(store, RunKeys.lettersIn(shard.get()), record -> {
                Queued letter = RunCodec.decodeQueued(record.value(), NULL);
                var batch = new Batch();
                RunIndex.addLetter(letter.run(), batch);
                store.commitBehind(batch);
            });
            for (Bytes former : RunKeys.formerListsIn(shard.get())) {
                Pages.forEach(store, former, record -> store.commitBehind(new Batch().delete(record.key())));
            }
            shard = RunKeys.shardAfter(store, shard);
        }
        store.commit(new Batch().put(RunKeys.isIndexed(), DONE));
    }
}
