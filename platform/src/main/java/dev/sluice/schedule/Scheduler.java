package dev.sluice.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Shares the machine's memory out to runs. Who finds no room waits in a queue of its tenant, bounded in length and
/// in time; tenants take turns, so that one tenant's flood costs another at most its own turn.
///
/// A lease is the right to use some memory; what stays warm after it is closed is the worker's to give up. A waiting
/// run that is too big for what is free is not overtaken, so it cannot starve.
///
/// Thread-safe. One lock, held for a few map operations and never while waiting for anything else.
public final class Scheduler {
    public static final int TENANT_QUEUE_RUNS_MAX = 1_024;
    public static final int QUEUE_RUNS_MAX = 16_384;

    private final int memoryMib;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, ArrayDeque<Waiter>> queues = new LinkedHashMap<>(); // guarded by lock
    private int waiting; // guarded by lock
    private int leasedMib; // guarded by lock

    /// What became of a wish for room.
    public sealed interface Admission {
        record Granted(Lease lease) implements Admission {}

        /// The tenant's queue, or the machine's, is full.
        record QueueFull() implements Admission {}

        /// No room came free in time.
        record TimedOut() implements Admission {}
    }

    private static final class Waiter {
        final int wishMib;
        final Condition granted;
        boolean isGranted;

        Waiter(int wishMib, Condition granted) {
            this.wishMib = wishMib;
            this.granted = granted;
        }
    }

    /// The right to use some memory until it is closed.
    public final class Lease implements AutoCloseable {
        private final int mib;
        private boolean open = true; // guarded by lock

        private Lease(int mib) {
            this.mib = mib;
        }

        public int memoryMib() {
            return mib;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (open) {
                    open = false;
                    leasedMib -= mib;
                    grantWaiting();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /// @param memoryMib what all runs may use together
    public Scheduler(int memoryMib) {
        this.memoryMib = memoryMib;
    }

    /// Waits for room for at most `patience`.
    public Admission acquire(String tenant, int wishMib, Duration patience) throws InterruptedException {
        lock.lock();
        try {
            if (waiting == 0 && fits(wishMib)) {
                return grant(wishMib);
            }
            ArrayDeque<Waiter> queue = queues.computeIfAbsent(tenant, t -> new ArrayDeque<>());
            if (wishMib > memoryMib || queue.size() >= TENANT_QUEUE_RUNS_MAX || waiting >= QUEUE_RUNS_MAX) {
                dropIfEmpty(tenant, queue);
                return new Admission.QueueFull();
            }
            return await(tenant, queue, new Waiter(wishMib, lock.newCondition()), patience);
        } finally {
            lock.unlock();
        }
    }

    /// How many runs wait, and how much memory is leased, for those who watch the machine.
    public Load load() {
        lock.lock();
        try {
            return new Load(waiting, leasedMib, memoryMib);
        } finally {
            lock.unlock();
        }
    }

    public record Load(int waitingRuns, int leasedMib, int memoryMib) {}

    private Admission await(String tenant, ArrayDeque<Waiter> queue, Waiter waiter, Duration patience)
            throws InterruptedException {
        queue.addLast(waiter);
        waiting++;
        boolean settled = false;
        try {
            grantWaiting();
            long nanos = patience.toNanos();
            while (!waiter.isGranted && nanos > 0) {
                nanos = waiter.granted.awaitNanos(nanos);
            }
            settled = waiter.isGranted;
            return settled ? new Admission.Granted(new Lease(waiter.wishMib)) : new Admission.TimedOut();
        } finally {
            if (!settled) {
                giveUp(tenant, queue, waiter);
            }
        }
    }

    private void giveUp(String tenant, ArrayDeque<Waiter> queue, Waiter waiter) {
        if (waiter.isGranted) {
            leasedMib -= waiter.wishMib;
        } else if (queue.remove(waiter)) {
            waiting--;
            dropIfEmpty(tenant, queue);
        }
        grantWaiting();
    }

    /// Serves the tenants in turn for as long as the next one's oldest wish fits.
    private void grantWaiting() {
        while (!queues.isEmpty()) {
            var next = queues.firstEntry();
            @Nullable Waiter waiter = next.getValue().peekFirst();
            if (waiter == null) {
                queues.pollFirstEntry();
                continue;
            }
            if (!fits(waiter.wishMib)) {
                return;
            }
            queues.pollFirstEntry();
            next.getValue().removeFirst();
            if (!next.getValue().isEmpty()) {
                queues.putLast(next.getKey(), next.getValue());
            }
            waiting--;
            leasedMib += waiter.wishMib;
            waiter.isGranted = true;
            waiter.granted.signal();
        }
    }

    private Admission grant(int wishMib) {
        leasedMib += wishMib;
        return new Admission.Granted(new Lease(wishMib));
    }

    private boolean fits(int wishMib) {
        return leasedMib + wishMib <= memoryMib;
    }

    private void dropIfEmpty(String tenant, ArrayDeque<Waiter> queue) {
        if (queue.isEmpty()) {
            queues.remove(tenant, queue);
        }
    }
}
