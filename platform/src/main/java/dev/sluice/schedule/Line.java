package dev.sluice.schedule;

import java.util.ArrayDeque;

/// One function's wishes for memory among its tenant's, the oldest first. Guarded by the scheduler's lock; forgotten
/// once it has neither a wish nor a lease.
final class Line extends Turn {
    final String function;
    final ArrayDeque<Waiter> queue = new ArrayDeque<>();
    int leases;

    Line(String function) {
        this.function = function;
    }
}
