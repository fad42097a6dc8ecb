package dev.sluice.invoke;

import dev.sluice.worker.Cancellation;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The runs that are under way, for whoever wants to end one. From before a run is on record as begun until its end
/// is.
///
/// Thread-safe.
final class UnderWay {
    private final ConcurrentHashMap<UUID, Entry> runs = new ConcurrentHashMap<>();

    /// One run, until this is closed.
    final class Entry implements AutoCloseable {
        private final UUID id;
        private final Cancellation cancellation = new Cancellation();
        private final CountDownLatch ended = new CountDownLatch(1);

        private Entry(UUID id) {
            this.id = id;
        }

        Cancellation cancellation() {
            return cancellation;
        }

        void cancelAndWait(Duration patience) throws InterruptedException {
            cancellation.cancel();
            boolean _ = ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void close() {
            runs.remove(id);
            ended.countDown();
        }
    }

    Entry begin(UUID id) {
        var entry = new Entry(id);
        runs.put(id, entry);
        return entry;
    }

    Optional<Entry> find(UUID id) {
        return Optional.ofNullable(runs.get(id));
    }
}
