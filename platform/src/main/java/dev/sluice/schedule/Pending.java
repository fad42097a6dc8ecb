package dev.sluice.schedule;

import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Room that was asked for. Whoever asks comes to its end: he takes the lease or the refusal, or gives it up.
///
/// Thread-safe.
public final class Pending {
    private final Waiter waiter; // guarded by the lock, as turns
    private final ReentrantLock lock;
    private final Turns turns;
    private final Function<Grant, Lease> leasing;
    private boolean isOver; // guarded by the lock

    Pending(Waiter waiter, ReentrantLock lock, Turns turns, Function<Grant, Lease> leasing) {
        this.waiter = waiter;
        this.lock = lock;
        this.turns = turns;
        this.leasing = leasing;
    }

    /// What has become of it; empty while it waits, and once it has been taken or given up.
    public Optional<Admission> take() {
        lock.lock();
        try {
            if (isOver || !waiter.isSettled()) {
                return Optional.empty();
            }
            isOver = true;
            Grant granted = waiter.granted;
            return Optional.of(granted == null ? turns.missed(waiter) : new Admission.Granted(leasing.apply(granted)));
        } finally {
            lock.unlock();
        }
    }

    /// Wants it no longer; room that was granted meanwhile and not taken is given back.
    ///
    /// @return why it was not granted, to who waited for it
    public Admission giveUp() {
        lock.lock();
        try {
            Admission missed = turns.missed(waiter);
            if (!isOver) {
                isOver = true;
                turns.giveUp(waiter);
            }
            return missed;
        } finally {
            lock.unlock();
        }
    }

    Admission await(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!waiter.isSettled() && left > 0) {
                left = waiter.settled.awaitNanos(left);
            }
            return take().orElseGet(this::giveUp);
        } finally {
            if (!isOver) {
                giveUp();
            }
            lock.unlock();
        }
    }
}
