package dev.sluice.invoke;

import dev.sluice.function.Deployment;
import dev.sluice.gate.Gate;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Task;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Runs;
import dev.sluice.run.Runs.Durability;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Chunks;
import dev.sluice.worker.GuestRoom;
import dev.sluice.worker.RunEnd;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/// One run, from waiting for room to its end.
///
/// Thread-safe.
final class Execution {
    private final Invocations invocations;
    private final Scheduler scheduler;
    private final Serving serving;
    private final Runs runs;
    private final Endings endings;
    private final Reasons reasons;
    private final Places places = new Places();

    Execution(
            Invocations invocations,
            Scheduler scheduler,
            Serving serving,
            Runs runs,
            Endings endings,
            Reasons reasons) {
        this.invocations = invocations;
        this.scheduler = scheduler;
        this.serving = serving;
        this.runs = runs;
        this.endings = endings;
        this.reasons = reasons;
    }

    /// A run that may begin.
    ///
    /// @param task   its own
    /// @param chunks gets what it yields
    /// @param acceptedNanos when it was accepted, as [System#nanoTime] has it
    record Start(
            Run run,
            Gate gate,
            Task task,
            Invocation wish,
            Chain chain,
            Cancellation cancellation,
            Chunks chunks,
            long acceptedNanos) {
        /// One that was accepted just now.
        Start(Run run, Gate gate, Task task, Invocation wish, Chain chain, Cancellation cancellation, Chunks chunks) {
            this(run, gate, task, wish, chain, cancellation, chunks, System.nanoTime());
        }

        /// Its function's id, or that of a gate that is no function's version.
        String function() {
            String id = gate.function().deployment().functionId();
            return id.isEmpty() ? gate.id().toString() : id;
        }

        boolean isSharing() {
            return gate.function().deployment().concurrency() > 1;
        }
    }

    /// Runs what somebody waits for and has begun, and records its end.
    ///
    /// @param outside who waits for the answer outside the labels, if anybody does
    Content record(Start start, Optional<Task> outside) throws InterruptedException {
        Content content = stopped(start, Endings.STOPPED);
        try {
            content = admitAndRun(start);
            content = reasons.addTo(content, start.run(), start.task(), outside);
        } finally {
            boolean isKeyed = start.wish().asked().idempotencyKey().isPresent();
            runs.end(start.run(), content, isKeyed ? Durability.BEFORE_THE_ANSWER : Durability.BEHIND);
        }
        return content;
    }

    Content admitAndRun(Start start) throws InterruptedException {
        if (start.isSharing()) {
            return admitted(start, 0);
        }
        Supplier<Runnable> pause = () ->
                start.chain().around().map(around -> around.lease().pause()).orElse(() -> {});
        Optional<Places.Place> place = place(start, start.chain().patienceLeft(), pause);
        if (place.isEmpty()) {
            return canceled(start);
        }
        try (Places.Place _ = place.get()) {
            return admitted(start, start.gate().function().limits().memoryMib());
        }
    }

    /// Among the instances of its function; nothing if the run was canceled meanwhile.
    private Optional<Places.Place> place(Start start, Duration patience, Supplier<Runnable> pause)
            throws InterruptedException {
        Deployment deployment = start.gate().function().deployment();
        return waiting(start, () -> places.take(start.function(), deployment.instancesMax(), patience, pause));
    }

    /// @param memoryMib none where the run shares its guest, whose it is: it only counts among its organization's
    private Content admitted(Start start, int memoryMib) throws InterruptedException {
        Optional<Lease> granted = lease(
                start, () -> start.chain().acquire(scheduler, start.run().organization(), start.function(), memoryMib));
        if (granted.isEmpty()) {
            return canceled(start);
        }
        try (Lease lease = granted.get()) {
            return start.cancellation().isCanceled() ? canceled(start) : run(start, lease);
        }
    }

    /// Nothing if the run was canceled meanwhile.
    private static Optional<Lease> lease(Start start, Wait<Admission> wait) throws InterruptedException {
        return switch (waiting(start, wait).orElse(new Admission.TimedOut())) {
            case Admission.Granted(var lease) -> Optional.of(lease);
            case Admission.AtLimit(var bound) -> throw Limited.at(bound, start.wish());
            case Admission.QueueFull() -> throw Limited.byTheMachine();
            case Admission.TimedOut() -> {
                if (start.cancellation().isCanceled()) {
                    yield Optional.empty();
                }
                throw Limited.byTime();
            }
        };
    }

    private interface Wait<T> {
        T end() throws InterruptedException;
    }

    /// What was waited for. Who is canceled has no more time: nothing then, unless it came just before.
    private static <T> Optional<T> waiting(Start start, Wait<T> wait) throws InterruptedException {
        Cancellation cancellation = start.cancellation();
        try (Cancellation.Hook _ = cancellation.during(Thread.currentThread()::interrupt)) {
            return Optional.of(wait.end());
        } catch (InterruptedException stopped) {
            if (!cancellation.isCanceled()) {
                throw stopped;
            }
            return Optional.empty();
        } finally {
            if (cancellation.isCanceled()) {
                boolean _ = Thread.interrupted(); // it was for the waiting
            }
        }
    }

    private Content canceled(Start start) {
        return stopped(start, Cancellation.REASON);
    }

    private Content stopped(Start start, String message) {
        return endings.stopped(start.run(), start.task().label(), start.wish().payload(), message);
    }

    private Content run(Start start, Lease lease) throws InterruptedException {
        long roomNanos = System.nanoTime();
        var around = new Chain.Around(lease, start.cancellation());
        String organization = start.run().organization();
        LongFunction<Invoker> nested =
                end -> new Nested(invocations, organization, start.chain().within(around, end));
        var room = new Room(start, lease);
        RunEnd end = start.task().run(() -> serving.serve(start, nested, room));
        Content content =
                endings.of(end, start.gate(), start.task(), start.wish().payload());
        return content.with(Laps.of(start.acceptedNanos(), roomNanos, end.span(), System.nanoTime()));
    }

    /// For a guest that one run opens and others share: a place among the function's instances, and its memory.
    private final class Room implements GuestRoom {
        private final Start start;
        private final Lease lease;
        private final long endNanos;

        Room(Start start, Lease lease) {
            this.start = start;
            this.lease = lease;
            this.endNanos = System.nanoTime() + start.chain().patienceLeft().toNanos();
        }

        @Override
        public Optional<Runnable> take() throws InterruptedException {
            Optional<Places.Place> place = place(start, left(), this::pause);
            boolean isKept = false;
            try {
                Optional<Lease> memory = place.isEmpty() ? Optional.empty() : memory();
                isKept = memory.isPresent();
                return memory.map(guests -> () -> {
                    guests.close();
                    place.get().close();
                });
            } finally {
                if (!isKept) {
                    place.ifPresent(Places.Place::close);
                }
            }
        }

        private Optional<Lease> memory() throws InterruptedException {
            int memoryMib = start.gate().function().limits().memoryMib();
            return lease(start, () -> scheduler.acquireWithin(lease, memoryMib, left()));
        }

        @Override
        public Runnable pause() {
            return lease.pause();
        }

        private Duration left() {
            return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
        }
    }
}
