package dev.sluice.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Shares the machine's memory out to runs. Who finds no room waits in a queue of its tenant, bounded in length
/// and in time; tenants take turns, so that one tenant's flood costs another at most its own turn.
///
/// A lease is the right to use some memory; what stays warm after it is closed is the worker's to give up. A
/// waiting run that is too big for what is free is not overtaken, so it cannot starve.
///
/// Runs may last long, so a tenant that has some gets another only if it then holds at most [#SHARE] times what is
/// left to all others: some is always left for who comes next, however many runs that never end somebody has
/// begun.
///
/// A run that waits for another one keeps its room meanwhile. So that such calls cannot wait for each other, a
/// nested wish is refused as soon as no run makes progress whose end it could wait for; and it goes before its
/// tenant's other wishes, since it holds room already.
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
    private int progressing; // guarded by lock: leases whose runs wait for no other run

    /// What became of a wish for room.
    public sealed interface Admission {
        record Granted(Lease lease) implements Admission {}

        /// The tenant's queue, or the machine's, is full.
        record QueueFull() implements Admission {}

        /// No room came free in time.
        record TimedOut() implements Admission {}
    }

    /// The right to use some memory until it is closed.
    public final class Lease implements AutoCloseable {
        private final String tenant;
        private final int mib;
        private final @Nullable Lease outer;
        private boolean open = true; // guarded by lock

        private Lease(String tenant, int mib, @Nullable Lease outer) {
            this.tenant = tenant;
            this.mib = mib;
            this.outer = outer;
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
                    resume(outer);
                    settleWaiting();
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
        return acquire(tenant, wishMib, patience, null);
    }

    /// As [#acquire], for a run that the run with the room `outer` waits for: until the lease is closed, or is not
    /// granted, the outer run makes no progress. `QueueFull` where waiting could not end.
    public Admission acquireWithin(Lease outer, String tenant, int wishMib, Duration patience)
            throws InterruptedException {
        return acquire(tenant, wishMib, patience, outer);
    }

    private Admission acquire(String tenant, int wishMib, Duration patience, @Nullable Lease outer)
            throws InterruptedException {
        lock.lock();
        try {
            if (waiting == 0 && fits(wishMib) && isWithinShare(tenant, wishMib)) {
                suspend(outer);
                take(tenant, wishMib);
                return new Admission.Granted(new Lease(tenant, wishMib, outer));
            }
            ArrayDeque<Waiter> queue = queues.computeIfAbsent(tenant, t -> new ArrayDeque<>());
            if (wishMib > memoryMib || queue.size() >= TENANT_QUEUE_RUNS_MAX || waiting >= QUEUE_RUNS_MAX) {
                dropIfEmpty(tenant, queue);
                return new Admission.QueueFull();
            }
            return await(queue, new Waiter(tenant, wishMib, outer, lock.newCondition()), patience);
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

    private Admission await(ArrayDeque<Waiter> queue, Waiter waiter, Duration patience) throws InterruptedException {
        if (waiter.outer == null) {
            queue.addLast(waiter);
        } else {
            queue.addFirst(waiter);
        }
        waiting++;
        suspend(waiter.outer);
        boolean settled = false;
        try {
            settleWaiting();
            long nanos = patience.toNanos();
            while (!waiter.isGranted && !waiter.isRefused && nanos > 0) {
                nanos = waiter.settled.awaitNanos(nanos);
            }
            settled = waiter.isGranted;
            if (waiter.isRefused) {
                return new Admission.QueueFull();
            }
            return settled
                    ? new Admission.Granted(new Lease(waiter.tenant, waiter.wishMib, waiter.outer))
                    : new Admission.TimedOut();
        } finally {
            if (!settled) {
                giveUp(waiter);
            }
        }
    }

    private void giveUp(Waiter waiter) {
        if (waiter.isGranted) {
            giveBack(waiter.tenant, waiter.wishMib);
        } else if (!waiter.isRefused) {
            leaveQueue(waiter);
        }
        if (!waiter.isRefused) {
            resume(waiter.outer);
        }
        settleWaiting();
    }

    /// Serves the tenants in turn for as long as the next one's oldest wish fits. Who has had his share is passed
    /// over. Then, while no run makes progress, nested wishes: one that fits is granted out of turn, else one is
    /// refused, whose outer run goes on with that.
    private void settleWaiting() {
        for (Optional<Waiter> next = next(); next.isPresent(); next = next()) {
            Waiter waiter = next.get();
            ArrayDeque<Waiter> queue = leaveQueue(waiter);
            if (!queue.isEmpty()) {
                queues.putLast(waiter.tenant, queue);
            }
            grant(waiter);
        }
        boolean isStuck = progressing == 0;
        while (isStuck) {
            isStuck = settleNested() && progressing == 0;
        }
    }

    /// @return whether there was one
    private boolean settleNested() {
        @Nullable Waiter last = null;
        for (ArrayDeque<Waiter> queue : queues.values()) {
            for (Waiter waiter : queue) {
                if (waiter.outer != null && fits(waiter.wishMib)) {
                    leaveQueue(waiter);
                    grant(waiter);
                    return true;
                }
                last = waiter.outer == null ? last : waiter;
            }
        }
        if (last == null) {
            return false;
        }
        leaveQueue(last);
        resume(last.outer);
        last.isRefused = true;
        last.settled.signal();
        return true;
    }

    private void grant(Waiter waiter) {
        take(waiter.tenant, waiter.wishMib);
        waiter.isGranted = true;
        waiter.settled.signal();
    }

    private ArrayDeque<Waiter> leaveQueue(Waiter waiter) {
        ArrayDeque<Waiter> queue = Objects.requireNonNull(queues.get(waiter.tenant));
        queue.remove(waiter);
        waiting--;
        dropIfEmpty(waiter.tenant, queue);
        return queue;
    }

    private void suspend(@Nullable Lease outer) {
        if (outer != null) {
            progressing--;
        }
    }

    private void resume(@Nullable Lease outer) {
        if (outer != null) {
            progressing++;
        }
    }

    /// Whose turn it is, if his oldest wish fits.
    private Optional<Waiter> next() {
        for (ArrayDeque<Waiter> queue : queues.values()) {
            @Nullable Waiter oldest = queue.peekFirst();
            if (oldest != null && isWithinShare(oldest.tenant, oldest.wishMib)) {
                return fits(oldest.wishMib) ? Optional.of(oldest) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private void take(String tenant, int mib) {
        progressing++;
        leasedMib += mib;
        heldMib.merge(tenant, mib, Integer::sum);
    }

    private void giveBack(String tenant, int mib) {
        progressing--;
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
