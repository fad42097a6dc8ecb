package dev.sluice.invoke;

import dev.sluice.function.FunctionSpec;
import dev.sluice.schedule.Reservation;
import dev.sluice.schedule.Scheduler;
import dev.sluice.worker.LoadedGuests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps as many guests loaded and waiting for a run as functions' authors want (`minInstances`). One that a run takes
/// is replaced while it runs. Their memory is the organization's, and what its runs and all others leave: runs come
/// first. Where guests cannot be loaded, or end while they wait, the next attempt comes after a pause that doubles.
///
/// Thread-safe. Knows no labels: what waits has none ([LoadedGuests]).
public final class Standby {
    /// From one look to the next.
    static final Duration PAUSE = Duration.ofMillis(100);

    static final Duration RETRY_FIRST = Duration.ofSeconds(1);
    static final Duration RETRY_LAST = Duration.ofMinutes(5);
    private static final Duration LOAD_PATIENCE = Duration.ofSeconds(30);

    private final Scheduler scheduler;
    private final LoadedGuests guests;
    private final Map<Name, List<Want>> wants = new HashMap<>(); // guarded by this
    private boolean isStarted; // guarded by this

    Standby(Scheduler scheduler, LoadedGuests guests) {
        this.scheduler = scheduler;
        this.guests = guests;
    }

    private record Name(String organization, String function) {}

    /// What is wanted of one version, and what there is. Guarded by the standby.
    private static final class Want {
        private final String organization;
        private final FunctionSpec function;

        /// One for each that waits, that has been taken since the last look, or that is being loaded.
        private final List<Reservation> rooms = new ArrayList<>();

        private boolean isLoading;
        private boolean isOver;
        private Duration retry = RETRY_FIRST;
        private long notBeforeNanos = System.nanoTime();
        private long steadySinceNanos = System.nanoTime();

        Want(String organization, FunctionSpec function) {
            this.organization = organization;
            this.function = function;
        }

        int wanted() {
            return function.deployment().instancesMin();
        }

        void failed() {
            notBeforeNanos = System.nanoTime() + retry.toNanos();
            retry = retry.multipliedBy(2).compareTo(RETRY_LAST) < 0 ? retry.multipliedBy(2) : RETRY_LAST;
            steadySinceNanos = notBeforeNanos;
        }

        /// Forgets what went wrong long ago.
        void wentWell() {
            if (System.nanoTime() - steadySinceNanos > retry.toNanos()) {
                retry = RETRY_FIRST;
            }
        }
    }

    /// From now on guests of these versions wait, each as many as it wants, and none of others of the function.
    ///
    /// @param versions which somebody comes to by the function's name or by an alias
    public synchronized void keep(String organization, String function, List<FunctionSpec> versions) {
        var name = new Name(organization, function);
        List<Want> before = wants.getOrDefault(name, List.of());
        List<Want> after = new ArrayList<>();
        for (FunctionSpec version : versions.stream().distinct().toList()) {
            if (version.deployment().instancesMin() > 0) {
                after.add(before.stream()
                        .filter(want -> want.function.equals(version))
                        .findFirst()
                        .orElseGet(() -> new Want(organization, version)));
            }
        }
        before.stream().filter(want -> !after.contains(want)).forEach(this::end);
        if (after.isEmpty()) {
            wants.remove(name);
            return;
        }
        wants.put(name, after);
        notifyAll();
        if (!isStarted) {
            isStarted = true;
            Thread.ofVirtual().name("standby").start(this::look);
        }
    }

    /// Nothing of an organization waits any more.
    public synchronized void forget(String organization) {
        List<Name> gone = wants.keySet().stream()
                .filter(name -> name.organization().equals(organization))
                .toList();
        gone.forEach(name -> keep(organization, name.function(), List.of()));
    }

    private void end(Want want) {
        want.isOver = true;
        settle(want, 0);
    }

    /// Gives back what is beyond so many.
    private void settle(Want want, int most) {
        while (want.rooms.size() > most) {
            want.rooms.removeLast().close();
        }
        Thread.ofVirtual().name("standby-end").start(() -> guests.keepAtMost(want.organization, want.function, most));
    }

    private void look() {
        try {
            while (!guests.isClosed()) {
                for (Want want : all()) {
                    tend(want);
                }
                synchronized (this) {
                    wait(PAUSE.toMillis());
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized List<Want> all() {
        return wants.values().stream().flatMap(List::stream).toList();
    }

    private void tend(Want want) {
        int dead = guests.bury(want.organization, want.function);
        synchronized (this) {
            if (want.isOver || want.isLoading) {
                return;
            }
            if (dead > 0) {
                want.failed();
            }
            int waiting = guests.count(want.organization, want.function);
            if (waiting >= want.wanted()) {
                want.wentWell();
            } else if (System.nanoTime() - want.notBeforeNanos >= 0 && isRoomForOneMore(want, waiting)) {
                want.isLoading = true;
                Thread.ofVirtual().name("standby-load").start(() -> load(want));
            }
        }
    }

    /// Whether one can be loaded: for one that a run has taken its room is there still.
    private boolean isRoomForOneMore(Want want, int waiting) {
        if (want.rooms.size() > waiting) {
            return true;
        }
        int memoryMib = want.function.limits().memoryMib();
        Optional<Reservation> room = scheduler.reserve(
                want.organization,
                memoryMib,
                () -> Thread.ofVirtual().name("standby-revoked").start(() -> giveWay(want)));
        room.ifPresent(want.rooms::add);
        return room.isPresent();
    }

    private void load(Want want) {
        boolean isLoaded = false;
        try {
            isLoaded = guests.add(want.organization, want.function, LOAD_PATIENCE);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (this) {
                want.isLoading = false;
                if (!isLoaded) {
                    want.failed();
                    settle(want, guests.count(want.organization, want.function));
                } else if (want.isOver || want.rooms.size() < guests.count(want.organization, want.function)) {
                    settle(want, want.rooms.size());
                }
            }
        }
    }

    /// Runs have taken room away.
    private synchronized void giveWay(Want want) {
        want.rooms.removeIf(Reservation::isRevoked);
        settle(want, want.rooms.size());
    }
}
