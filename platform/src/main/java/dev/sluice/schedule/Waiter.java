package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Admission;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/// A wish for room that waits. Guarded by the scheduler's lock.
final class Waiter {
    final Tenant tenant;
    final Line line;
    final int wishMib;
    final Scheduler.@Nullable Lease outer;
    final Scheduler.Standing standing;
    final Condition settled;

    /// How many have waited before it.
    long order;

    /// How much memory was given to others whose turn came later, because they fitted and it did not.
    long overtakenMib;

    /// Once it is granted.
    @Nullable
    Grant granted;

    /// Once it is refused: why.
    @Nullable
    Admission refused;

    Waiter(Tenant tenant, Wish wish, Scheduler.@Nullable Lease outer, Condition settled) {
        this.tenant = tenant;
        this.line = tenant.line(wish.function());
        this.wishMib = wish.memoryMib();
        this.outer = outer;
        this.standing = wish.standing();
        this.settled = settled;
    }

    boolean isSettled() {
        return granted != null || refused != null;
    }

    boolean isNobodys() {
        return standing == Scheduler.Standing.NOBODY;
    }

    boolean isNested() {
        return outer != null;
    }

    /// Whether it waits for a limit of its tenant's and for nobody's memory.
    boolean isWeightless() {
        return wishMib == 0 && !isNested();
    }
}
