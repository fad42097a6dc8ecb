package dev.sluice.store.rocks;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.StoreFailed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The only thread that writes. It takes all that is queued, decides each batch in order against the database and
/// the changes of those before it, writes what remains as one synced write, and only then answers: also the
/// refused ones, whose reason may be a change of the same group.
///
/// Nobody who waits is kept waiting: what comes while one group is being synced is the next group. What nobody
/// waits for is gathered for a moment first ([CommitQueue#LINGER]), so that a stream of it costs few syncs.
final class Committer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    private final Engine engine;
    private final CommitQueue queue;
    private final HotReads hotReads;
    private final Semaphore ended = new Semaphore(0);

    Committer(Engine engine, CommitQueue queue, HotReads hotReads) {
        this.engine = engine;
        this.queue = queue;
        this.hotReads = hotReads;
        Thread.ofPlatform().daemon().name("store-commit").start(this::run);
    }

    private void run() {
        StoreFailed failure = new StoreFailed("the committing thread died");
        try {
            List<Pending> group = queue.take();
            while (!group.isEmpty()) {
                commit(group);
                group = queue.take();
            }
            failure = null;
        } catch (RocksDBException refused) {
            LOG.error("the store has failed: {}", refused.getMessage());
            failure = new StoreFailed("the disk refused", refused);
        } finally {
            if (failure != null) {
                queue.fail(failure);
            }
            ended.release();
        }
    }

    private void commit(List<Pending> group) throws RocksDBException {
        var outcomes = new ArrayList<Pending.Outcome>(group.size());
        var changes = new HashMap<Bytes, Batch.Change>();
        for (Pending pending : group) {
            boolean holds = holds(pending.batch(), changes) && add(pending.batch(), changes);
            if (holds) {
                pending.batch().changes().forEach(change -> changes.put(change.key(), change));
            }
            outcomes.add(holds ? Pending.Outcome.APPLIED : Pending.Outcome.REFUSED);
        }
        if (!changes.isEmpty()) {
            hotReads.begin(changes.keySet());
            engine.write(changes.values());
            hotReads.end();
        }
        queue.done();
        for (int i = 0; i < group.size(); i++) {
            group.get(i).finish(outcomes.get(i));
        }
    }

    private boolean holds(Batch batch, Map<Bytes, Batch.Change> changes) throws RocksDBException {
        for (Batch.Condition condition : batch.conditions()) {
            if (!Objects.equals(now(condition.key(), changes).orElse(null), condition.expected())) {
                return false;
            }
        }
        return true;
    }

    /// Makes all additions of a batch, or none if one is too large.
    private boolean add(Batch batch, Map<Bytes, Batch.Change> changes) throws RocksDBException {
        var sums = new HashMap<Bytes, Batch.Change>();
        for (Batch.Addition addition : batch.additions()) {
            Bytes key = addition.key();
            Optional<Batch.Change> sum = addition.to(now(key, sums.containsKey(key) ? sums : changes));
            if (sum.isEmpty()) {
                return false;
            }
            sums.put(key, sum.get());
        }
        changes.putAll(sums);
        return true;
    }

    /// What a key holds after `changes`.
    private Optional<Bytes> now(Bytes key, Map<Bytes, Batch.Change> changes) throws RocksDBException {
        Batch.Change change = changes.get(key);
        return change != null ? Optional.ofNullable(change.value()) : engine.get(key, Engine.Tier.DISK);
    }

    /// Waits until all that is queued is durable or has failed.
    @Override
    public void close() {
        queue.close();
        ended.acquireUninterruptibly();
        ended.release();
    }
}
