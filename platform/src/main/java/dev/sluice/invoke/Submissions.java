package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.function.Retry;
import dev.sluice.gate.Gate;
import dev.sluice.gate.Gates;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Privilege;
import dev.sluice.run.Beginning;
import dev.sluice.run.Claim;
import dev.sluice.run.Queued;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.RunQueue.Outcome;
import dev.sluice.run.Runs;
import dev.sluice.schedule.Parcel;
import dev.sluice.schedule.Scheduler;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Chunks;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The runs that nobody waits for: accepted, and started when it is their turn.
///
/// Thread-safe.
final class Submissions {
    /// Of a run that an event fires, whose function says nothing of it: it was acknowledged.
    private static final Retry FIRED =
            new Retry(5, Retry.BACKOFF_MILLIS_DEFAULT, Retry.MAX_BACKOFF_MILLIS_DEFAULT, false);

    private static final Beginning BY_EVENT = new Beginning(false, Optional.of(Beginning.Cause.EVENT));

    private final Invocations invocations;
    private final Execution execution;
    private final Gates gates;
    private final Runs runs;
    private final Endings endings;
    private final Reasons reasons;
    private final UnderWay underWay;
    private final InstantSource clock;
    private final Backlog backlog;
    private final ConcurrentHashMap<UUID, CountDownLatch> ends = new ConcurrentHashMap<>();

    Submissions(
            Invocations invocations,
            Execution execution,
            Gates gates,
            Scheduler scheduler,
            Runs runs,
            Endings endings,
            Reasons reasons,
            UnderWay underWay,
            InstantSource clock) {
        this.invocations = invocations;
        this.execution = execution;
        this.gates = gates;
        this.runs = runs;
        this.endings = endings;
        this.reasons = reasons;
        this.underWay = underWay;
        this.clock = clock;
        this.backlog = new Backlog(this::start, scheduler, clock);
    }

    /// As [Invocations#submit].
    Run accept(Invocation wish) {
        Task caller = Task.current();
        Injection.requireLent(wish);
        Gate gate = invocations.entered(wish.gate(), caller);
        Run run = invocations.newRun(wish, gate, caller, wish.beginning(false), retry(gate));
        Optional<Claim> claim = wish.claim(gate, run.existence());
        Optional<Run> first = first(run, claim);
        if (first.isPresent()) {
            return first.get();
        }
        Queued queued = QueuedInvoker.queued(run, wish, caller, retry(gate));
        add(queued, wish, () -> runs.queue().add(queued, claim));
        return first(run, claim).orElse(run); // another one may have been faster
    }

    /// As [Invocations#fire].
    Run fire(Invocation wish, Label event, String delivery) {
        Task firing = Task.current();
        Gate gate = invocations.entered(wish.gate(), firing);
        Task invoker = new Task(wish.start(), wish.start(), Privilege.NONE);
        gate.taskFired(event, wish.start());
        Retry retry = retry(gate).orElse(FIRED);
        Run run = invocations.newRun(wish, gate, invoker, BY_EVENT, Optional.of(retry));
        var claim = new Claim(Bytes.utf8("event\n" + delivery), Digest.of(Bytes.EMPTY));
        Optional<Run> first = runs.queue().first(run, claim);
        if (first.isPresent()) {
            return first.get();
        }
        Queued queued = QueuedInvoker.fired(run, wish, firing, event, retry);
        add(queued, wish, () -> runs.queue().add(queued, Optional.of(claim)));
        return runs.queue().first(run, claim).orElse(run);
    }

    /// Puts a run on record and in the queue.
    ///
    /// @throws Refused `AT_LIMIT` if too many wait already
    void add(Queued queued, Invocation wish, BooleanSupplier record) {
        Run run = queued.run();
        Parcel parcel = QueuedInvoker.parcel(queued.accepted());
        Limited.requireNone(backlog.accept(run.organization(), run.id(), parcel, record), wish);
    }

    /// The gate that a fired run went through, if it may still be fired through it.
    Gate fired(Queued letter) {
        Task firing = QueuedInvoker.task(letter);
        return firing.run(() -> {
            Gate gate = gates.resolve(QueuedInvoker.wish(letter).gate());
            gates.requireMayEnter(gate, letter.vouched());
            QueuedInvoker.of(letter, gate, firing);
            return gate;
        });
    }

    /// Of a run anew: an event's is tried as the first was.
    static Optional<Retry> retry(Gate gate, Queued letter) {
        return letter.event().isPresent() ? letter.tries().retry() : retry(gate);
    }

    static Optional<Retry> retry(Gate gate) {
        return gate.function().deployment().retry();
    }

    private Optional<Run> first(Run run, Optional<Claim> claim) {
        return claim.flatMap(one -> runs.queue().first(run, one));
    }

    /// As [Invocations#awaitEnd].
    void awaitEnd(UUID run) throws InterruptedException {
        CountDownLatch end = ends.computeIfAbsent(run, _ -> new CountDownLatch(1));
        if (runs.queue().isWaiting(run)) {
            end.await();
        }
        ends.remove(run, end);
    }

    private void ended(UUID run) {
        Optional.ofNullable(ends.remove(run)).ifPresent(CountDownLatch::countDown);
    }

    void recover() {
        for (Queued.Accepted accepted : runs.recover()) {
            Run run = accepted.run();
            backlog.addAgain(run.organization(), run.id(), QueuedInvoker.parcel(accepted), accepted.dueMillis());
        }
    }

    void reconsider() {
        backlog.reconsider();
    }

    /// Ends a run before it has begun. Nothing happens to any other.
    void withdraw(Run run) {
        Optional<Queued> taken = runs.queue().take(run.id());
        if (taken.isPresent()) {
            runs.queue().end(taken.get(), stopped(taken.get(), Cancellation.REASON), Outcome.WITHDRAWN);
            backlog.withdraw(run.organization(), run.id());
            ended(run.id());
        }
    }

    /// Starts a run that was accepted, with what the gate is by now, and waits for its end. Its invoker's right to
    /// enter is checked again: a gate whose clearance has changed refuses him.
    ///
    /// @return when it is to be started again, since 1970
    private OptionalLong start(UUID id) throws InterruptedException {
        try (UnderWay.Entry here = underWay.begin(id)) {
            Optional<Queued> taken = runs.queue().take(id);
            return taken.isPresent() ? start(taken.get(), here.cancellation()) : OptionalLong.empty();
        }
    }

    private OptionalLong start(Queued queued, Cancellation cancellation) throws InterruptedException {
        Run run = queued.run();
        Queued next = queued;
        Outcome outcome = Outcome.FAILED;
        Optional<Queued.Accepted> again = Optional.empty();
        Content content = stopped(queued, Refused.notFound().reason());
        try {
            Task invoker = QueuedInvoker.task(queued);
            content = invoker.run(() -> {
                Invocation wish = QueuedInvoker.wish(queued);
                Gate gate = gates.resolve(wish.gate());
                gates.requireMayEnter(gate, queued.vouched());
                Task task = QueuedInvoker.of(queued, gate, invoker);
                Chain chain = Chain.queued(queued.vouched());
                Content ended = execution.admitAndRun(new Execution.Start(
                        run, gate, task, wish, chain, cancellation, Chunks.UNWATCHED, acceptedNanos(run)));
                return reasons.addTo(ended, run, task, Optional.empty());
            });
            outcome = Trying.outcome(content, queued.tries().retry());
            next = queued.after(content.outputLabel());
        } catch (Refused refused) {
            content = reasons.ofRefusal(stopped(queued, refused.reason()), run, refused);
            outcome = Trying.outcome(refused);
        } catch (LabelInvalid tooLarge) {
            content = stopped(queued, Refused.denied().reason());
            outcome = Outcome.FAILED_FOR_GOOD;
        } finally {
            again = runs.queue().end(next, content, cancellation.isCanceled() ? Outcome.DONE : outcome);
            if (again.isEmpty()) {
                ended(run.id());
            }
        }
        return again.map(Queued.Accepted::dueMillis).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    /// It may have been long ago, in another server.
    private long acceptedNanos(Run run) {
        long waitedMillis = Math.max(0, clock.millis() - run.startedMillis());
        return System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(waitedMillis);
    }

    private Content stopped(Queued queued, String reason) {
        return endings.stopped(queued.run(), queued.start(), queued.given().payload(), reason);
    }
}
