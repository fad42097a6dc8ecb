package dev.sluice.fs;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes the bytes of blobs that no record names, while tasks go on. Its memory is bounded, and it keeps nothing
/// between rounds. One thread. Why it is right: docs/design/file-system.md.
public final class BlobCollector {
    /// How long bytes stay after they were put, and after something last named them: longer than any run that was
    /// given them, or has read their name, may last.
    public static final Duration GRACE = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(BlobCollector.class);
    private static final int PAGE_NAMES = 256;

    private final LabeledFs fs;
    private final Store store;
    private final Blobs blobs;
    private final InstantSource clock;
    private final Collector.Pace pace;

    /// @param pause after each page of names
    public BlobCollector(LabeledFs fs, Store store, Blobs blobs, InstantSource clock, Duration pause) {
        this.fs = fs;
        this.store = store;
        this.blobs = blobs;
        this.clock = clock;
        this.pace = new Collector.Pace(pause.toNanos());
    }

    /// One round, whose failure to read or delete a file is no more than logged. To be called again and again by one
    /// thread.
    public void collectAndLog() {
        try {
            long deleted = collect();
            if (deleted > 0) {
                LOG.info("deleted {} blobs", deleted);
            }
        } catch (IOException failed) {
            LOG.warn("blobs could not be collected", failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// One round.
    ///
    /// @return how many blobs it has deleted
    /// @throws InterruptedException if the thread is interrupted; the next round begins from nothing
    public long collect() throws IOException, InterruptedException {
        noteOldRecords();
        long deleted = 0;
        Instant before = clock.instant().minus(GRACE);
        List<Digest> page = blobs.list(Optional.empty(), PAGE_NAMES);
        while (!page.isEmpty()) {
            for (Digest name : page) {
                if (blobs.remove(name, before, () -> BlobUses.isUnused(store, name, before))) {
                    store.commitBehind(new Batch().delete(Keys.blobLeft(name)));
                    deleted++;
                }
            }
            pace.rest();
            page = blobs.list(Optional.of(page.getLast()), PAGE_NAMES);
        }
        return deleted;
    }

    /// Once for each store: notes the uses of what was stored before uses were noted.
    private void noteOldRecords() throws InterruptedException {
        if (store.get(Keys.blobUsesNoted()).isPresent()) {
            return;
        }
        for (Optional<Bytes> shard = Keys.shardAfter(store, Optional.empty());
                shard.isPresent();
                shard = Keys.shardAfter(store, shard)) {
            Bytes prefix = Keys.objects(shard.get());
            List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, PAGE_NAMES);
            while (!page.isEmpty()) {
                page.forEach(this::note);
                pace.rest();
                page = store.scan(prefix, page.getLast().key(), PAGE_NAMES);
            }
        }
        store.putIfAbsent(Keys.blobUsesNoted(), Bytes.EMPTY);
    }

    /// A record that changes meanwhile is noted by who changes it.
    private void note(Store.Entry record) {
        fs.uses.blobsOf(StoredObject.decode(record.value())).forEach(blob -> {
            var batch = new Batch().requireEquals(record.key(), record.value());
            BlobUses.begin(batch, blob, record.key());
            store.commit(batch);
        });
    }
}
