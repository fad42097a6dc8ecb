package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Bound;
import dev.sluice.schedule.Scheduler.Limits;
import dev.sluice.schedule.Scheduler.Parcel;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;

/// What one tenant has under way and waiting. Guarded by the scheduler's lock; forgotten once it is idle.
final class Tenant {
    final String name;
    final ArrayDeque<Waiter> queue = new ArrayDeque<>();

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
        return queue.isEmpty()
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

    int waiting() {
        return queue.size() + promised;
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
