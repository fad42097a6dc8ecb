package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Bound;
import dev.sluice.schedule.Scheduler.Limits;
import dev.sluice.schedule.Scheduler.Standing;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;

/// What one tenant has under way and waiting. Guarded by the scheduler's lock; forgotten once it is idle.
final class Tenant {
    final String name;
    final ArrayDeque<Waiter> queue = new ArrayDeque<>();

    /// Those that are [Waiter#isWeightless], which are not in the other one.
    final ArrayDeque<Waiter> weightless = new ArrayDeque<>();

    /// Of all its leases.
    int heldMib;

    /// Set aside for what waits for its runs.
    int reservedMib;

    /// Its leases that are inside no other: a run and those that it waits for count once.
    int running;

    /// Its leases whose runs wait for no other run.
    int progressing;

    /// Runs that were accepted and have not asked for room yet.
    int promised;

    /// Of these, and of those that wait here, what nobody in particular has caused.
    int nobodysPromised;

    int nobodysQueued;

    /// What accepted runs were given that have not ended yet.
    long bytes;

    long nobodysBytes;

    Tenant(String name) {
        this.name = name;
    }

    boolean isIdle() {
        return queued() == 0
                && heldMib == 0
                && reservedMib == 0
                && running == 0
                && progressing == 0
                && promised == 0
                && bytes == 0;
    }

    Tenant promise(Parcel parcel) {
        count(1, parcel);
        bytes += parcel.bytes();
        nobodysBytes += parcel.isNobodys() ? parcel.bytes() : 0;
        return this;
    }

    /// @return the limit that it would be over: then nothing is counted
    Optional<Bound> promise(Parcel parcel, Limits limits) {
        Optional<Bound> bound = hindrance(parcel, limits);
        if (bound.isEmpty()) {
            promise(parcel);
        }
        return bound;
    }

    Tenant redeem(Parcel parcel) {
        count(-1, parcel);
        return this;
    }

    Tenant release(Parcel parcel) {
        bytes -= parcel.bytes();
        nobodysBytes -= parcel.isNobodys() ? parcel.bytes() : 0;
        return this;
    }

    private void count(int more, Parcel parcel) {
        promised += more;
        nobodysPromised += parcel.isNobodys() ? more : 0;
    }

    void join(Waiter waiter) {
        if (waiter.isWeightless()) {
            weightless.addLast(waiter);
        } else if (waiter.isNested()) {
            queue.addFirst(waiter);
        } else {
            queue.addLast(waiter);
        }
        nobodysQueued += waiter.isNobodys() ? 1 : 0;
    }

    void leave(Waiter waiter) {
        (waiter.isWeightless() ? weightless : queue).remove(waiter);
        nobodysQueued -= waiter.isNobodys() ? 1 : 0;
    }

    int queued() {
        return queue.size() + weightless.size();
    }

    int waiting() {
        return queued() + promised;
    }

    /// The oldest wish for no memory, if no limit hinders it now: then none hinders those behind it less.
    Optional<Waiter> nextWeightless(Limits limits) {
        return Optional.ofNullable(weightless.peekFirst())
                .filter(oldest -> hindrance(0, false, limits).isEmpty());
    }

    /// Whether it came before the next of those that wait for memory.
    boolean isOldest(Waiter waiter) {
        return queue.isEmpty() || waiter.order < queue.getFirst().order;
    }

    /// Which limit a run would be over that is accepted now.
    private Optional<Bound> hindrance(Parcel parcel, Limits limits) {
        if (waiting() >= limits.waiting() || (parcel.isNobodys() && isNobodysPartTaken(limits))) {
            return Optional.of(Bound.WAITING);
        }
        boolean isTooMuch = bytes + parcel.bytes() > limits.bytes();
        boolean isTooMuchForNobody =
                parcel.isNobodys() && nobodysBytes + parcel.bytes() > limits.bytes() / Scheduler.NOBODYS_PART;
        return isTooMuch || isTooMuchForNobody ? Optional.of(Bound.BYTES) : Optional.empty();
    }

    /// Whether no other wish may wait.
    boolean isQueueFull(Standing standing, Limits limits) {
        return switch (standing) {
            case ACCEPTED -> false;
            case KNOWN -> waiting() >= limits.waiting() || queued() >= Scheduler.TENANT_QUEUE_RUNS_MAX;
            case NOBODY -> isQueueFull(Standing.KNOWN, limits) || isNobodysPartTaken(limits);
        };
    }

    private boolean isNobodysPartTaken(Limits limits) {
        return nobodysPromised + nobodysQueued >= limits.waiting() / Scheduler.NOBODYS_PART
                || nobodysQueued >= Scheduler.TENANT_QUEUE_RUNS_MAX / Scheduler.NOBODYS_PART;
    }

    /// Which of its own limits a wish would be over now.
    Optional<Bound> hindrance(int wishMib, boolean isNested, Limits limits) {
        if (!isNested && running >= limits.runs()) {
            return Optional.of(Bound.RUNS);
        }
        return heldMib + (long) wishMib > limits.memoryMib() ? Optional.of(Bound.MEMORY) : Optional.empty();
    }

    /// The last wish of a run that waits for another one, if only the end of one of the tenant's own runs could give it
    /// room, and none of those makes progress.
    Optional<Waiter> stuck(Limits limits) {
        if (progressing > 0) {
            return Optional.empty();
        }
        Iterator<Waiter> latestFirst = queue.descendingIterator();
        Optional<Waiter> last = Optional.empty();
        while (latestFirst.hasNext()) {
            Waiter waiter = latestFirst.next();
            if (waiter.isNested() && hindrance(waiter.wishMib, true, limits).isEmpty()) {
                return Optional.empty();
            }
            last = waiter.isNested() && last.isEmpty() ? Optional.of(waiter) : last;
        }
        return last;
    }
}
