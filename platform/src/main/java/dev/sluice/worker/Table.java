package dev.sluice.worker;

import dev.sluice.label.Label;
import dev.sluice.worker.RunEnd.Fault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/// The guests that runs which may meet share, and those that they open and wait for. Guarded by the lock of
/// [Seating], as all that is reached from it.
final class Table {
    final List<SharedGuest> guests = new ArrayList<>();
    final List<Opening> openings = new ArrayList<>();
    int runs;

    private final Condition changed;
    private final Set<Runnable> paused = new HashSet<>();

    /// A guest that one run is about to open, for itself and for those that wait for its other seats.
    static final class Opening {
        final Thread opener = Thread.currentThread();
        boolean isWithoutRoom = true;
        int waiting = 1;
        boolean isOver;

        @Nullable
        Fault failure;

        @Nullable
        SharedGuest instead;
    }

    Table(Condition changed) {
        this.changed = changed;
    }

    /// The table's runs all start at the same label; that the guest has seen no other is asked again.
    Optional<SharedGuest> free(Label start) {
        return guests.stream()
                .filter(guest -> guest.hasFreeSeat() && guest.mayServe(start))
                .findFirst();
    }

    /// A free seat, to somebody who waits for room.
    void offer(SharedGuest guest) {
        for (Opening opening : openings) {
            if (opening.isWithoutRoom && opening.instead == null) {
                guest.take();
                opening.instead = guest;
                opening.opener.interrupt();
                return;
            }
        }
    }

    /// Those that wait may go on. They do from this moment, so that whatever ends next finds them at it.
    void changed() {
        paused.forEach(Runnable::run);
        changed.signalAll();
    }

    /// Once: who waits asks in a loop, as it may end without a change.
    ///
    /// @return how many nanoseconds are left
    @SuppressWarnings("WaitNotInLoop")
    long awaitChange(Runnable goesOn, long endNanos) throws InterruptedException {
        paused.add(goesOn);
        try {
            return changed.awaitNanos(endNanos - System.nanoTime());
        } finally {
            paused.remove(goesOn);
            goesOn.run();
        }
    }
}
