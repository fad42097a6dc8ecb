package dev.sluice.invoke;

import dev.sluice.function.Limits;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.schedule.Scheduler.Standing;
import dev.sluice.schedule.Wish;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.LocalWorker;
import java.time.Duration;
import java.util.Optional;

/// How a run came to be: who vouched for its invoker, how many calls lie around it, and until when it must have
/// ended.
///
/// @param vouched  all that vouched for the invoker
/// @param depth    0 for a run that no other run waits for
/// @param around   the run that waits for this one
/// @param standing who wants it
/// @param patience how long it may wait for room
/// @param endNanos when it is of no use any more, as [System#nanoTime] has it
record Chain(
        Component vouched, int depth, Optional<Around> around, Standing standing, Duration patience, long endNanos) {
    /// A run that waits for another one.
    ///
    /// @param lease the room that it holds
    record Around(Lease lease, Cancellation cancellation) {}

    static final int DEPTH_MAX = 8;
    private static final Duration ALONE_MAX = Limits.TIMEOUT_MAX.plus(LocalWorker.PREPARE_MAX);

    static Chain outermost(Task caller, boolean isNobodys) {
        Standing standing = isNobodys ? Standing.NOBODY : Standing.KNOWN;
        return alone(caller.vouched(), standing, Invocations.QUEUE_PATIENCE);
    }

    static Chain queued(Component vouched) {
        return alone(vouched, Standing.ACCEPTED, Invocations.BACKLOG_PATIENCE);
    }

    private static Chain alone(Component vouched, Standing standing, Duration patience) {
        long end = System.nanoTime() + patience.plus(ALONE_MAX).toNanos();
        return new Chain(vouched, 0, Optional.empty(), standing, patience, end);
    }

    /// The runs that a run calls which ends at `endNanos`.
    Chain within(Around around, long endNanos) {
        return new Chain(
                vouched, depth + 1, Optional.of(around), Standing.ACCEPTED, Invocations.QUEUE_PATIENCE, endNanos);
    }

    /// The same, once it is known who calls.
    ///
    /// @throws Refused `OVERLOADED` for too many calls inside each other
    Chain calledBy(Task caller) {
        if (depth > DEPTH_MAX) {
            throw new Refused(Refusal.OVERLOADED, "at most " + DEPTH_MAX + " calls lie inside each other");
        }
        return new Chain(caller.vouched(), depth, around, standing, patience, endNanos);
    }

    Duration timeLeft() {
        return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
    }

    /// How long it may wait for room now.
    Duration patienceLeft() {
        Duration left = timeLeft();
        return patience.compareTo(left) < 0 ? patience : left;
    }

    /// @param function whose turn among its tenant's it takes
    Admission acquire(Scheduler scheduler, String tenant, String function, int memoryMib) throws InterruptedException {
        Duration most = patienceLeft();
        if (around.isPresent()) {
            return scheduler.acquireWithin(around.get().lease(), memoryMib, most);
        }
        return scheduler.acquire(new Wish(tenant, function, memoryMib, standing), most);
    }
}
