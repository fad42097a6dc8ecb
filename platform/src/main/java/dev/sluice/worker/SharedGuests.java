package dev.sluice.worker;

import dev.sluice.cloudcall.Convention;
import dev.sluice.cloudcall.GuestProtocolViolation;
import dev.sluice.cloudcall.RunRequest;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Reuse;
import dev.sluice.gate.Gate;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.worker.RunEnd.Fault;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs of functions that let several share a guest (`concurrency`). They make no calls, so that none learns more than
/// where it started, and two meet in a guest only if they start at the very same label.
///
/// A run whose time is up, or that is canceled, has its answer at once; its guest takes no run any more, and ends when
/// the others have theirs.
///
/// Thread-safe.
final class SharedGuests {
    /// The guest of a run that is late is ended by its last run; this much later by [Watch].
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final SharedGuest.End LATE = new SharedGuest.End.Failed(Fault.TIMEOUT);
    private static final SharedGuest.End CANCELED = new SharedGuest.End.Failed(Fault.CANCELED);
    private static final Fault NO_CALL_FOR_BLOBS = new Fault(
            "InputError",
            "runs that share an instance cannot read a blob: give it its input whole, or leave concurrency out",
            List.of());
    private static final Fault NOTHING_SHARED =
            Fault.system("this server gives each run an instance of its own: leave concurrency out");
    private static final Logger LOG = LoggerFactory.getLogger(SharedGuests.class);

    private final InstancePool pool;
    private final LoadedGuests loaded;
    private final Watch watch;
    private final Clock clock;
    private final Seating seating = new Seating();

    SharedGuests(InstancePool pool, LoadedGuests loaded, Watch watch, Clock clock) {
        this.pool = pool;
        this.loaded = loaded;
        this.watch = watch;
        this.clock = clock;
    }

    /// Runs `gate`'s function as [Task#current], as [LocalWorker#run] does.
    ///
    /// @param whose   the guest is
    /// @param room    for one more guest
    RunEnd run(InstanceKey key, Gate gate, Whose whose, Job job, GuestRoom room) throws InterruptedException {
        Task task = Task.current();
        Label start = task.label();
        if (!task.highest().equals(start)) {
            throw new IllegalStateException("a run that has known more than it starts with");
        }
        if (job.blobs().input().isPresent()) {
            return RunEnd.failed(NO_CALL_FOR_BLOBS);
        }
        if (pool.reuse(key) == Reuse.NEVER) {
            return RunEnd.failed(NOTHING_SHARED);
        }
        FunctionSpec function = gate.function();
        Optional<Fault> deaf = Contexts.deaf(Convention.HTTP, function, job);
        if (deaf.isPresent()) {
            return RunEnd.failed(deaf.get());
        }
        long endNanos = System.nanoTime() + job.timeMax().toNanos();
        var wish = new Seating.Wish(key, start, function.deployment().concurrency(), endNanos, job.cancellation());
        Optional<RunEnd> end = once(wish, new ForOne(wish, function, whose, room, false), job);
        if (end.isEmpty()) { // once more, as of a guest that a run has for itself
            end = once(wish, new ForOne(wish, function, whose, room, true), job);
        }
        return end.orElseGet(() -> RunEnd.failed(Fault.system("the guest ended before it could begin")));
    }

    /// The run's end, unless its guest was gone before it could begin.
    private Optional<RunEnd> once(Seating.Wish wish, ForOne opener, Job job) throws InterruptedException {
        return switch (seating.take(wish, opener)) {
            case Seating.Seated.Not(Fault fault) -> Optional.of(RunEnd.failed(fault));
            case Seating.Seated.In(SharedGuest guest) -> {
                try {
                    Duration left = Duration.ofNanos(wish.endNanos() - System.nanoTime());
                    Optional<Fault> unwanted = unwanted(job, left);
                    yield unwanted.isPresent()
                            ? unwanted.map(RunEnd::failed)
                            : serve(guest, opener.function, job, left);
                } finally {
                    giveBack(wish, guest);
                }
            }
        };
    }

    /// Why a run that has a seat is not to begin: its guest would be told for nothing, and end for it.
    private static Optional<Fault> unwanted(Job job, Duration left) {
        if (job.cancellation().isCanceled()) {
            return Optional.of(Fault.CANCELED);
        }
        return left.isPositive() ? Optional.empty() : Optional.of(Fault.NEVER_BEGUN);
    }

    /// Opens a guest as one run that needs it.
    private final class ForOne implements Seating.Opener {
        private final Seating.Wish wish;
        private final FunctionSpec function;
        private final Whose whose;
        private final GuestRoom rooms;
        private final boolean isAnew;

        /// @param isAnew whether only a guest will do that has not waited: it has had no time to die
        ForOne(Seating.Wish wish, FunctionSpec function, Whose whose, GuestRoom rooms, boolean isAnew) {
            this.wish = wish;
            this.function = function;
            this.whose = whose;
            this.rooms = rooms;
            this.isAnew = isAnew;
        }

        @Override
        public Optional<Runnable> room() throws InterruptedException {
            return rooms.take();
        }

        @Override
        public Runnable pause() {
            return rooms.pause();
        }

        @Override
        public Seating.Seated open(Runnable room) throws InterruptedException {
            Seating.Seated opened = new Seating.Seated.Not(Fault.system("the guest could not be started"));
            try {
                opened = open();
            } catch (SandboxFailed failed) {
                LOG.warn("a guest could not be started", failed);
            } finally {
                if (opened instanceof Seating.Seated.In(SharedGuest guest)) {
                    guest.room(room);
                } else {
                    room.run();
                }
            }
            return opened;
        }

        /// One that is idle and lives, else one with its function loaded.
        private Seating.Seated open() throws SandboxFailed, InterruptedException {
            for (Optional<Instance> idle = idle(); idle.isPresent(); idle = idle()) {
                SharedGuest guest = idle.get().shared();
                if (guest != null && guest.isUsable()) {
                    return new Seating.Seated.In(guest);
                }
                idle.get().sandbox().close();
            }
            Duration left = Duration.ofNanos(wish.endNanos() - System.nanoTime());
            Duration most = shorter(LocalWorker.PREPARE_MAX, left);
            return switch (prepared(most)) {
                case Loader.Prepared.Ready(Instance ready) -> shared(ready, function, wish.start());
                case Loader.Prepared.Unfit(Fault fault) -> new Seating.Seated.Not(fault);
                case Loader.Prepared.Dead(Fault fault) -> new Seating.Seated.Not(fault);
            };
        }

        private Optional<Instance> idle() {
            return isAnew ? Optional.empty() : pool.takeLiving(wish.key(), wish.start());
        }

        private Loader.Prepared prepared(Duration most) throws SandboxFailed, InterruptedException {
            return isAnew
                    ? loaded.start(function, whose, most, wish.cancellation())
                    : loaded.take(function, whose, most, wish.cancellation());
        }
    }

    private static Seating.Seated shared(Instance ready, FunctionSpec function, Label start) {
        ready.saw(start);
        try {
            var guest = new SharedGuest(ready, function, start);
            ready.shared(guest);
            return new Seating.Seated.In(guest);
        } catch (GuestProtocolViolation spoke) {
            ready.sandbox().close();
            return new Seating.Seated.Not(
                    Fault.function("the function broke the protocol between its runtime and the platform"));
        }
    }

    private Optional<RunEnd> serve(SharedGuest guest, FunctionSpec function, Job job, Duration most)
            throws InterruptedException {
        Instance instance = guest.instance();
        Masks masks = job.injected().masks();
        LogLines logs = job.log().begin(() -> instance.end(Instance.Ended.FLOOD), masks);
        Duration left = shorter(function.limits().timeout(), most);
        watch.extend(instance, left.plus(GRACE));
        var context = Contexts.of(
                instance.convention(),
                function,
                job,
                Contexts.Given.NOTHING,
                clock.instant().plus(left));
        long began = System.nanoTime();
        SharedGuest.Seat seat = guest.begin(new RunRequest(job.payload(), context), logs);
        boolean isOver = false;
        try (Cancellation.Hook _ = job.cancellation().during(() -> seat.end(CANCELED))) {
            SharedGuest.End end = seat.await(left).orElse(LATE);
            long ended = System.nanoTime();
            isOver = end instanceof SharedGuest.End.Answered;
            return switch (end) {
                case SharedGuest.End.Answered(var outcome) ->
                    Optional.of(RunEnd.of(outcome, Optional::empty, masks, logs).ranFrom(began, ended));
                case SharedGuest.End.Failed(Fault fault) ->
                    Optional.of(RunEnd.failed(fault, logs).ranFrom(began, ended));
                case SharedGuest.End.NeverBegun(Fault fault) ->
                    instance.ended() == Instance.Ended.ORGANIZATION_ENDED
                            ? Optional.of(RunEnd.failed(fault, logs))
                            : Optional.empty();
            };
        } finally {
            boolean isUntold = guest.forget(seat);
            if (!isOver && !isUntold) {
                seating.leave(guest);
            }
        }
    }

    private void giveBack(Seating.Wish wish, SharedGuest guest) {
        Instance instance = guest.instance();
        if (!seating.giveBack(wish, guest)) {
            return;
        }
        watch.end(instance);
        Runnable room = guest.room();
        guest.room(null);
        if (guest.isUsable()) {
            pool.put(wish.key(), instance).forEach(leaving -> leaving.sandbox().close());
        } else {
            instance.sandbox().close();
        }
        if (room != null) {
            room.run();
        }
    }

    static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
