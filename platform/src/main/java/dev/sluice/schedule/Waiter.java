package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Bound;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/// A wish for room that waits. Guarded by the scheduler's lock.
final class Waiter {
    final Tenant tenant;
    final int wishMib;
    final Scheduler.@Nullable Lease outer;
    final Scheduler.Standing standing;
    final Condition settled;

    /// How many have waited before it.
    long order;

    boolean isGranted;
    boolean isRefused;

    /// Why it is refused, if that is the tenant's own limit.
    @Nullable
    Bound refusedBy;

    Waiter(
            Tenant tenant,
            int wishMib,
            Scheduler.@Nullable Lease outer,
            Scheduler.Standing standing,
            Condition settled) {
        this.tenant = tenant;
        this.wishMib = wishMib;
        this.outer = outer;
        this.standing = standing;
        this.settled = settled;
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
