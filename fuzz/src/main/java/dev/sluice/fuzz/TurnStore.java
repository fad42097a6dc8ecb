package dev.sluice.fuzz;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// A store in memory in whose world things happen one after the other: a run that nobody waits for begins only when
/// [#settle] lets it, in the order in which the runs were accepted. Thread-safe.
final class TurnStore implements Store {
    private static final String BACKLOG = "backlog";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofNanos(50_000);
    private static final Bytes QUEUE = queue();

    private final MemoryStore kept;
    private final Store store;
    private final BooleanSupplier isOver;
    private volatile Bytes turn = Bytes.EMPTY;

    TurnStore() {
        this(new MemoryStore());
    }

    TurnStore(MemoryStore kept) {
        this.kept = kept;
        this.store = kept;
        this.isOver = () -> false;
    }

    /// Once that one has failed, nobody waits for his turn any more.
    TurnStore(FailingStore failing) {
        this.kept = failing.live();
        this.store = failing;
        this.isOver = failing::hasFailed;
    }

    /// What is kept, copied.
    MemoryStore copy() {
        var copy = new MemoryStore();
        List<Entry> page = kept.scan(Bytes.EMPTY, Bytes.EMPTY, SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            var batch = new Batch();
            page.forEach(entry -> batch.put(entry.key(), entry.value()));
            copy.commit(batch);
            page = kept.scan(Bytes.EMPTY, page.getLast().key(), SCAN_ENTRIES_MAX);
        }
        return copy;
    }

    /// Has every accepted run end, those too that are accepted meanwhile.
    void settle() {
        List<Entry> waiting = kept.scan(QUEUE, Bytes.EMPTY, 1);
        while (!waiting.isEmpty() && !isOver.getAsBoolean()) {
            Bytes key = waiting.getFirst().key();
            turn = key;
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (kept.get(key).isPresent() && !isOver.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("a run that was accepted does not end");
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
            waiting = kept.scan(QUEUE, Bytes.EMPTY, 1);
        }
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
        if (Thread.currentThread().getName().equals(BACKLOG) && startsWith(key)) {
            while (!key.equals(turn) && !isOver.getAsBoolean()) {
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
        return store.get(key);
    }

    @Override
    public List<Entry> scan(Bytes prefix, Bytes afterKey, int limit) {
        return store.scan(prefix, afterKey, limit);
    }

    @Override
    public List<Entry> scanBackwards(Bytes prefix, Bytes beforeKey, int limit) {
        return store.scanBackwards(prefix, beforeKey, limit);
    }

    @Override
    public boolean commit(Batch batch) {
        return store.commit(batch);
    }

    @Override
    public void commitBehind(Batch batch) {
        store.commitBehind(batch);
    }

    @Override
    public void rewrite(Collection<Bytes> prefixes) {
        store.rewrite(prefixes);
    }

    @Override
    public void close() {
        store.close();
    }

    private static boolean startsWith(Bytes key) {
        return key.length() > QUEUE.length() && key.slice(0, QUEUE.length()).equals(QUEUE);
    }

    /// The prefix under which [dev.sluice.run.Runs] keeps what waits: nothing is queued under another one, or
    /// [#settle] would return too early and the tester's own test fail.
    private static Bytes queue() {
        byte[] shard = dev.sluice.bytes.Digest.sha256().digest(new byte[0]);
        return Bytes.takeOver(new byte[] {shard[0], shard[1], shard[2], shard[3], 'Q', 0});
    }
}
