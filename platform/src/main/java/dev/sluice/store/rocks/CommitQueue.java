package dev.sluice.store.rocks;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.KeyRange;
import dev.sluice.store.StoreClosed;
import dev.sluice.store.StoreFailed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The batches that wait for the committer, in the order in which they take effect.
///
/// Bounded by count and by bytes: who adds waits for room. Once it is closed or has failed, nothing is added any
/// more.
final class CommitQueue {
    static final int BATCHES_MAX = 4_096;
    static final long QUEUE_BYTES_MAX = 32 << 20;
    static final long GROUP_BYTES_MAX = 16 << 20;

    /// How long what is committed behind is gathered; it must be durable within 100 ms.
    static final Duration LINGER = Duration.ofMillis(15);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition roomy = lock.newCondition();
    private final Deque<Pending> waiting = new ArrayDeque<>();

    /// For each key the last change that was committed behind and is not yet in the database. Written under the lock,
    /// in queue order, and read without it.
    private final ConcurrentHashMap<Bytes, Ahead> ahead = new ConcurrentHashMap<>();

    private List<Pending> group = List.of();
    private long waitingBytes;

    /// How many of those that wait somebody waits for.
    private int awaited;

    private boolean closed;
    private volatile @Nullable StoreFailed failure;

    void add(Pending added) {
        lock.lock();
        try {
            while (isFull() && !closed && failure == null) {
                roomy.awaitUninterruptibly();
            }
            if (closed) {
                throw new StoreClosed();
            }
            requireSound();
            if (added.isBehind()) {
                added.batch().changes().forEach(change -> ahead.put(change.key(), new Ahead(added, change.value())));
                added.show();
            }
            waiting.add(added);
            waitingBytes += added.batch().size();
            if (!added.isBehind()) {
                awaited++;
                filled.signal();
            } else if (waiting.size() == 1 || isHalfFull()) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The next group, in order; empty once the queue is closed and drained. The former group must be done.
    List<Pending> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                filled.awaitUninterruptibly();
            }
            linger();
            var taken = new ArrayList<Pending>(waiting.size());
            long takenBytes = 0;
            while (!waiting.isEmpty() && takenBytes < GROUP_BYTES_MAX && !mustFollow(waiting.element())) {
                Pending next = waiting.remove();
                next.takeUp();
                takenBytes += next.batch().size();
                awaited -= next.isBehind() ? 0 : 1;
                taken.add(next);
            }
            waitingBytes -= takenBytes;
            group = taken;
            roomy.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Gathers more while nobody waits for what is here.
    private void linger() {
        long nanos = LINGER.toNanos();
        while (awaited == 0 && !closed && !isHalfFull() && nanos > 0) {
            try {
                nanos = filled.awaitNanos(nanos);
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean isHalfFull() {
        return waiting.size() >= BATCHES_MAX / 2 || waitingBytes >= QUEUE_BYTES_MAX / 2;
    }

    /// Whether `next` overwrites something of the group that reads find in the map: once both were in the database, a
    /// read would find the other changes of `next` there, and still the old value in the map.
    private boolean mustFollow(Pending next) {
        return !next.isBehind()
                && next.batch().changes().stream()
                        .map(change -> ahead.get(change.key()))
                        .anyMatch(last -> last != null && last.by().isTaken());
    }

    /// The group is in the database: reads may look there for it.
    void done() {
        for (Pending pending : group) {
            if (pending.isBehind()) {
                pending.batch().changes().forEach(change -> forget(pending, change.key()));
            }
        }
        group = List.of();
    }

    private void forget(Pending done, Bytes key) {
        ahead.computeIfPresent(key, (_, last) -> last.by() == done ? null : last);
    }

    /// Refuses all that comes, and ends the wait of all that is here.
    void fail(StoreFailed cause) {
        lock.lock();
        try {
            failure = cause;
            group.forEach(pending -> pending.finish(Pending.Outcome.LOST));
            waiting.forEach(pending -> pending.finish(Pending.Outcome.LOST));
            waiting.clear();
            roomy.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Refuses all that comes; what is here stays for the committer.
    void close() {
        lock.lock();
        try {
            closed = true;
            filled.signalAll();
            roomy.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void requireSound() {
        if (failure != null) {
            throw refusal();
        }
    }

    /// What a caller gets after the failure.
    StoreFailed refusal() {
        return new StoreFailed("the store has failed and must be started again", failure);
    }

    /// The change to `key` that a read must see although it is not in the database yet.
    @Nullable
    Ahead ahead(Bytes key) {
        Ahead last = ahead.get(key);
        if (last == null || last.by().isShown()) {
            return last;
        }
        lock.lock(); // until the batch is there as a whole
        try {
            return ahead.get(key);
        } finally {
            lock.unlock();
        }
    }

    /// Whether a scan of `range` would miss something that is not in the database yet.
    boolean isAheadIn(KeyRange range) {
        return !ahead.isEmpty() && ahead.keySet().stream().anyMatch(range::contains);
    }

    private boolean isFull() {
        return waiting.size() >= BATCHES_MAX || waitingBytes >= QUEUE_BYTES_MAX;
    }

    /// What `by` makes of a key: `value`, or nothing if that is null.
    record Ahead(Pending by, @Nullable Bytes value) {}
}
