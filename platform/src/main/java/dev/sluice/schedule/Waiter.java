package dev.sluice.schedule;

import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/// A wish for room that waits. Guarded by the scheduler's lock.
final class Waiter {
    final String tenant;
    final int wishMib;
    final Scheduler.@Nullable Lease outer;
    final Condition settled;
    boolean isGranted;
    boolean isRefused;

    Waiter(String tenant, int wishMib, Scheduler.@Nullable Lease outer, Condition settled) {
        this.tenant = tenant;
        this.wishMib = wishMib;
        this.outer = outer;
        this.settled = settled;
    }
}
