package dev.sluice.worker;

import dev.sluice.label.Label;
import dev.sluice.worker.RunEnd.Fault;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

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

    /// What opens a guest.
    interface Opener {
        /// As [GuestRoom#take].
        Optional<Runnable> room() throws InterruptedException;

        /// As [GuestRoom#pause].
        Runnable pause();

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
        Table.Opening mine;
        lock.lock();
        try {
            Optional<SharedGuest> free = table.free(wish.start());
            if (free.isPresent()) {
                free.get().take();
                return Optional.of(new Seated.In(free.get()));
            }
            for (Table.Opening opening : table.openings) {
                if (opening.waiting < wish.seatsMax()) {
                    return waited(table, opening, wish, opener).map(Seated.Not::new);
                }
            }
            mine = new Table.Opening();
            table.openings.add(mine);
        } finally {
            lock.unlock();
        }
        return Optional.of(open(table, mine, opener));
    }

    /// As [#await]. Who leaves may have been expected to take a seat: it is somebody else's then.
    private Optional<Fault> waited(Table table, Table.Opening opening, Wish wish, Opener opener)
            throws InterruptedException {
        Optional<Fault> fault = await(table, opening, wish, opener);
        if (fault.isPresent()) {
            table.free(wish.start()).ifPresent(table::offer);
        }
        return fault;
    }

    /// @return why the run is not to be seated; else there may be a seat now
    private Optional<Fault> await(Table table, Table.Opening opening, Wish wish, Opener opener)
            throws InterruptedException {
        Optional<Fault> failure = Optional.empty();
        opening.waiting++;
        try (Cancellation.Hook _ = wish.cancellation().during(Thread.currentThread()::interrupt)) {
            long left = 1;
            while (!opening.isOver && left > 0 && table.free(wish.start()).isEmpty()) {
                left = table.awaitChange(opener.pause(), wish.endNanos());
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

    private Seated open(Table table, Table.Opening mine, Opener opener) throws InterruptedException {
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
    private Optional<Runnable> room(Table.Opening mine, Opener opener) throws InterruptedException {
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

    private boolean hasSeat(Table.Opening mine) {
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
    private void close(Table table, Table.Opening mine, Seated seated) {
        lock.lock();
        try {
            table.openings.remove(mine);
            mine.isOver = true;
            switch (seated) {
                case Seated.In(SharedGuest guest) -> {
                    guest.take();
                    table.guests.add(guest);
                    int spare = guest.freeSeats() - (mine.waiting - 1);
                    for (; spare > 0; spare--) {
                        table.offer(guest);
                    }
                }
                case Seated.Not(Fault fault) -> {
                    boolean isItsOwn = fault.equals(Fault.TIMEOUT) || fault.equals(Fault.CANCELED);
                    mine.failure = isItsOwn ? null : fault;
                }
            }
            table.changed();
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
                table.offer(guest);
            }
            boolean isLast = guest.isEmpty();
            if (isLast) {
                table.guests.remove(guest);
            }
            table.changed();
            quit(wish, table);
            return isLast;
        } finally {
            lock.unlock();
        }
    }
}
