package dev.sluice.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Shares the machine's memory out to runs. Who finds no room waits in a queue of its tenant, bounded in length and
/// in time; tenants take turns, so that one tenant's flood costs another at most its own turn.
///
/// A lease is the right to use some memory; what stays warm after it is closed is the worker's to give up. A waiting
/// run that is too big for what is free is not overtaken, so it cannot starve.
///
/// Runs may last long, so a tenant that has some gets another only if it then holds at most [#SHARE] times what is left
/// to all others: some is always left for who comes next, however many runs that never end somebody has begun.
///
/// Thread-safe. One lock, held for a few map operations and never while waiting for anything else.
public final class Scheduler {
    public static final int TENANT_QUEUE_RUNS_MAX = 1_024;
    public static final int QUEUE_RUNS_MAX = 16_384;

    /// Alone, a tenant gets four fifths of the machine.
    static final int SHARE = 4;

    private final int memoryMib;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, ArrayDeque<Waiter>> queues = new LinkedHashMap<>(); // guarded by lock
    private final Map<String, Integer> heldMib = new HashMap<>(); // guarded by lock
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
        private final String tenant;
        private final int mib;
        private boolean open = true; // guarded by lock

        private Lease(String tenant, int mib) {
            this.tenant = tenant;
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
                    giveBack(tenant, mib);
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
            if (waiting == 0 && fits(wishMib) && isWithinShare(tenant, wishMib)) {
                take(tenant, wishMib);
                return new Admission.Granted(new Lease(tenant, wishMib));
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
            return settled ? new Admission.Granted(new Lease(tenant, waiter.wishMib)) : new Admission.TimedOut();
        } finally {
            if (!settled) {
                giveUp(tenant, queue, waiter);
            }
        }
    }

    private void giveUp(String tenant, ArrayDeque<Waiter> queue, Waiter waiter) {
        if (waiter.isGranted) {
            giveBack(tenant, waiter.wishMib);
        } else if (queue.remove(waiter)) {
            waiting--;
            dropIfEmpty(tenant, queue);
        }
        grantWaiting();
    }

    /// Serves the tenants in turn for as long as the next one's oldest wish fits. Who has had his share is passed over.
    private void grantWaiting() {
        for (Optional<String> next = nextTenant(); next.isPresent(); next = nextTenant()) {
            String tenant = next.get();
            ArrayDeque<Waiter> queue = Objects.requireNonNull(queues.remove(tenant));
            Waiter waiter = queue.removeFirst();
            if (!queue.isEmpty()) {
                queues.putLast(tenant, queue);
            }
            waiting--;
            take(tenant, waiter.wishMib);
            waiter.isGranted = true;
            waiter.granted.signal();
        }
    }

    /// Whose turn it is, if his oldest wish fits.
    private Optional<String> nextTenant() {
        for (Map.Entry<String, ArrayDeque<Waiter>> queue : queues.entrySet()) {
            @Nullable Waiter oldest = queue.getValue().peekFirst();
            if (oldest != null && isWithinShare(queue.getKey(), oldest.wishMib)) {
                return fits(oldest.wishMib) ? Optional.of(queue.getKey()) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private void take(String tenant, int mib) {
        leasedMib += mib;
        heldMib.merge(tenant, mib, Integer::sum);
    }

    private void giveBack(String tenant, int mib) {
        leasedMib -= mib;
        heldMib.computeIfPresent(tenant, (_, held) -> held == mib ? null : held - mib);
    }

    private boolean isWithinShare(String tenant, int wishMib) {
        int held = heldMib.getOrDefault(tenant, 0);
        return held == 0 || held + wishMib <= (long) SHARE * (memoryMib - leasedMib - wishMib);
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
