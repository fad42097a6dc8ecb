package dev.sluice.worker;

import dev.sluice.label.Label;
import dev.sluice.worker.RunEnd.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Which runs share which guest: those of one [InstanceKey] that start at the very same label. A run takes a free seat;
/// else it waits for one that somebody is opening, while that one has seats to come; else it opens a guest itself, and
/// takes a seat that becomes free while it waits for the room.
///
/// Thread-safe. One lock, held for a few map operations.
final class Seating {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Of, Table> tables = new HashMap<>(); // guarded by the lock, as all that is reached from it

    /// Who may share: nobody else ever meets in a guest.
    private record Of(InstanceKey key, Label start) {}

    /// @param seatsMax of one guest
    /// @param endNanos when it is of no use any more, as [System#nanoTime] has it
    record Wish(InstanceKey key, Label start, int seatsMax, long endNanos, Cancellation cancellation) {
        private Of of() {
            return new Of(key, start);
        }
    }

    private static final class Table {
        private final Condition changed;
        private final List<SharedGuest> guests = new ArrayList<>();
        private final List<Opening> openings = new ArrayList<>();
        private int runs;

        Table(Condition changed) {
            this.changed = changed;
        }

        /// The table's runs all start at the same label; that the guest has seen no other is asked again.
        Optional<SharedGuest> free(Label start) {
            return guests.stream()
                    .filter(guest -> guest.hasFreeSeat() && guest.mayServe(start))
                    .findFirst();
        }
    }

    /// A guest that one run is about to open, for itself and for those that wait for its other seats.
    private static final class Opening {
        private final Thread opener = Thread.currentThread();
        private boolean isWithoutRoom = true;
        private int waiting = 1;
        private boolean isOver;
        private @Nullable Fault failure;
        private @Nullable SharedGuest instead;
    }

    /// What opens a guest.
    interface Opener {
        /// As [GuestRoom#take].
        Optional<Runnable> room() throws InterruptedException;

        /// @param room is the guest's; given back where there is none
        Seated open(Runnable room) throws InterruptedException;
    }

    /// Where a run is, if it is anywhere.
    sealed interface Seated {
        record In(SharedGuest guest) implements Seated {}

        record Not(Fault fault) implements Seated {}
    }

    /// Waits for a seat. Who has one gives it back.
    Seated take(Wish wish, Opener opener) throws InterruptedException {
        Table table = join(wish);
        boolean isSeated = false;
        try {
            while (true) {
                Optional<Seated> seated = takeOnce(table, wish, opener);
                if (seated.isPresent()) {
                    isSeated = seated.get() instanceof Seated.In;
                    return seated.get();
                }
            }
        } finally {
            if (!isSeated) {
                quit(wish, table);
            }
        }
    }

    private Table join(Wish wish) {
        lock.lock();
        try {
            Table table = tables.computeIfAbsent(wish.of(), _ -> new Table(lock.newCondition()));
            table.runs++;
            return table;
        } finally {
            lock.unlock();
        }
    }

    private void quit(Wish wish, Table table) {
        lock.lock();
        try {
            table.runs--;
            if (table.runs == 0) {
                tables.remove(wish.of(), table);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Nothing if things have changed meanwhile.
    private Optional<Seated> takeOnce(Table table, Wish wish, Opener opener) throws InterruptedException {
        Opening mine;
        lock.lock();
        try {
            Optional<SharedGuest> free = table.free(wish.start());
            if (free.isPresent()) {
                free.get().take();
                return Optional.of(new Seated.In(free.get()));
            }
            for (Opening opening : table.openings) {
                if (opening.waiting < wish.seatsMax()) {
                    return await(table, opening, wish).map(Seated.Not::new);
                }
            }
            mine = new Opening();
            table.openings.add(mine);
        } finally {
            lock.unlock();
        }
        return Optional.of(open(table, mine, opener));
    }

    /// @return why the run is not to be seated; else there may be a seat now
    private Optional<Fault> await(Table table, Opening opening, Wish wish) throws InterruptedException {
        Optional<Fault> failure = Optional.empty();
        opening.waiting++;
        try (Cancellation.Hook _ = wish.cancellation().during(Thread.currentThread()::interrupt)) {
            long left = 1;
            while (!opening.isOver && left > 0 && table.free(wish.start()).isEmpty()) {
                left = table.changed.awaitNanos(wish.endNanos() - System.nanoTime());
            }
            failure = left > 0 ? Optional.ofNullable(opening.failure) : Optional.of(Fault.TIMEOUT);
        } catch (InterruptedException stopped) {
            if (!wish.cancellation().isCanceled()) {
                throw stopped;
            }
        } finally {
            opening.waiting--;
        }
        if (wish.cancellation().isCanceled()) {
            boolean _ = Thread.interrupted(); // it was for the waiting
            return Optional.of(Fault.CANCELED);
        }
        return failure;
    }

    private Seated open(Table table, Opening mine, Opener opener) throws InterruptedException {
        Seated seated = new Seated.Not(Fault.CANCELED);
        try {
            Optional<Runnable> room = room(mine, opener);
            if (mine.instead != null) {
                return new Seated.In(mine.instead);
            }
            if (room.isPresent()) {
                seated = opener.open(room.get());
            }
            return seated;
        } finally {
            close(table, mine, seated);
        }
    }

    /// Nothing where the run was canceled, or has a seat meanwhile.
    private Optional<Runnable> room(Opening mine, Opener opener) throws InterruptedException {
        Optional<Runnable> room = Optional.empty();
        try {
            room = opener.room();
        } catch (InterruptedException | RuntimeException none) {
            if (!hasSeat(mine)) {
                throw none;
            }
        }
        if (hasSeat(mine)) {
            boolean _ = Thread.interrupted(); // it was for the waiting
            room.ifPresent(Runnable::run);
            return Optional.empty();
        }
        return room;
    }

    private boolean hasSeat(Opening mine) {
        lock.lock();
        try {
            mine.isWithoutRoom = false;
            return mine.instead != null;
        } finally {
            lock.unlock();
        }
    }

    /// Those that wait with it take its seats, or learn why there are none; where that may be the opener's own time or
    /// wish, they try again themselves.
    private void close(Table table, Opening mine, Seated seated) {
        lock.lock();
        try {
            table.openings.remove(mine);
            mine.isOver = true;
            switch (seated) {
                case Seated.In(SharedGuest guest) -> {
                    guest.take();
                    table.guests.add(guest);
                }
                case Seated.Not(Fault fault) -> {
                    boolean isItsOwn = fault.equals(Fault.TIMEOUT) || fault.equals(Fault.CANCELED);
                    mine.failure = isItsOwn ? null : fault;
                }
            }
            table.changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// No run comes into the guest any more.
    void leave(SharedGuest guest) {
        lock.lock();
        try {
            guest.leave();
        } finally {
            lock.unlock();
        }
    }

    /// @return whether that was its last run: the guest is the caller's from then on
    boolean giveBack(Wish wish, SharedGuest guest) {
        lock.lock();
        try {
            Table table = tables.get(wish.of());
            if (table == null) {
                throw new IllegalStateException("a seat without a table");
            }
            guest.giveBack();
            if (guest.hasFreeSeat()) {
                offer(table, guest);
            }
            boolean isLast = guest.isEmpty();
            if (isLast) {
                table.guests.remove(guest);
            }
            table.changed.signalAll();
            quit(wish, table);
            return isLast;
        } finally {
            lock.unlock();
        }
    }

    /// To somebody who waits for room.
    private static void offer(Table table, SharedGuest guest) {
        for (Opening opening : table.openings) {
            if (opening.isWithoutRoom && opening.instead == null) {
                guest.take();
                opening.instead = guest;
                opening.opener.interrupt();
                return;
            }
        }
    }
}
