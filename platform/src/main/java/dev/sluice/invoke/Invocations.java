package dev.sluice.invoke;

import dev.sluice.audit.AuditLog;
import dev.sluice.audit.Inquiry;
import dev.sluice.bytes.Pipe;
import dev.sluice.fs.FsPath;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Retry;
import dev.sluice.gate.Gate;
import dev.sluice.gate.Gates;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Beginning;
import dev.sluice.run.Claim;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.View;
import dev.sluice.run.RunIds;
import dev.sluice.run.Runs;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.secret.Secrets;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Chunks;
import dev.sluice.worker.LocalWorker;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

/// Runs functions. HTTP, events and guests' own calls all come here: nothing else runs a function.
///
/// The steps, in order: resolve the gate as the caller; may he enter; the run's own task; room; a guest; the
/// record at the label that the run reached; may the answer leave. Thread-safe.
/// Source: design/architecture.md section 2; contracts/faasten.md 3.1, 3.2, 3.4 `[R]`.
public final class Invocations {
    /// Beyond this a caller does better to try again later.
    static final Duration QUEUE_PATIENCE = Duration.ofSeconds(30);

    /// How long a run that nobody waits for may wait for room, once its turn has come.
    static final Duration BACKLOG_PATIENCE = Duration.ofMinutes(15);

    /// How long loading a function may take when it is built.
    static final Duration CHECK_PATIENCE = Duration.ofSeconds(30);

    /// How long who cancels a run waits for its end.
    static final Duration CANCEL_PATIENCE = Duration.ofSeconds(10);

    private final Gates gates;
    private final Scheduler scheduler;
    private final Serving serving;
    private final Runs runs;
    private final RunIds ids;
    private final Clock clock;
    private final Execution execution;
    private final Buckets buckets;
    private final UnderWay underWay = new UnderWay();
    private final Submissions submissions;

    public Invocations(
            Gates gates,
            Scheduler scheduler,
            LocalWorker worker,
            Secrets secrets,
            Runs runs,
            RunIds ids,
            AuditLog audit,
            Clock clock) {
        this(gates, scheduler, worker, secrets, runs, ids, audit, clock, Buckets.FIRST);
    }

    /// @param firstBucket how soon a refusal may be told of; less than [Buckets#FIRST] only where time is no matter
    public Invocations(
            Gates gates,
            Scheduler scheduler,
            LocalWorker worker,
            Secrets secrets,
            Runs runs,
            RunIds ids,
            AuditLog audit,
            Clock clock,
            Duration firstBucket) {
        this.gates = gates;
        this.scheduler = scheduler;
        this.serving = new Serving(worker, secrets, scheduler);
        this.runs = runs;
        this.ids = ids;
        this.clock = clock;
        var endings = new Endings(clock);
        var reasons = new Reasons(audit);
        this.execution = new Execution(this, scheduler, serving, runs, endings, reasons);
        this.buckets = new Buckets(firstBucket);
        this.submissions = new Submissions(this, execution, gates, scheduler, runs, endings, reasons, underWay, clock);
    }

    Buckets buckets() {
        return buckets;
    }

    /// The runs that are under way, for who follows what they print.
    public LiveRuns live() {
        return serving.live();
    }

    /// Which functions have guests that wait for a run.
    public Standby standby() {
        return serving.standby();
    }

    /// Runs a function as [Task#current] asks, waits for its end, and gives what may be delivered to the caller:
    /// parts above his delivery are absent. The function's failure is a result, not a refusal. What is withheld or
    /// refused comes at one of few moments ([Buckets]).
    ///
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND` or `DENIED` for a gate that he may not enter or know of,
    ///     `AT_LIMIT`, `OVERLOADED` and `DEADLINE_EXCEEDED` where there was no room in time
    public View invoke(Invocation wish) throws InterruptedException {
        return buckets.timed(() -> answer(wish, Optional.empty()));
    }

    /// As [#invoke], without waiting for the end: what the function yields can be taken while it runs, and is not kept
    /// where something is `said` to it meanwhile. Whoever takes it closes it, which ends a run that has not ended.
    ///
    /// @throws Refused as [#invoke], where it is known before the run is on record; else [AnswerStream#end] does
    public AnswerStream stream(Invocation wish, Optional<Pipe> said) throws InterruptedException {
        Task caller = Task.current();
        var stream = new AnswerStream(said);
        Callable<View> run = caller.carry(() -> buckets.timed(() -> answer(wish, Optional.of(stream))));
        stream.begin(Inquiry.current()
                .<Callable<View>>map(inquiry -> () -> inquiry.run(run::call))
                .orElse(run));
        return stream;
    }

    private View answer(Invocation wish, Optional<AnswerStream> stream) throws InterruptedException {
        Task caller = Task.current();
        Injection.requireLent(wish);
        Gate gate = entered(wish.gate(), caller);
        Task task = gate.taskFor(wish.start().join(caller.label()));
        Run run = newRun(wish, gate, caller, wish.beginning(true), Optional.empty());
        try (UnderWay.Entry here = underWay.begin(run.id())) {
            Optional<Claim> claim = wish.claim(gate, run.existence());
            if (claim.isPresent()) {
                Optional<UUID> first = runs.claim(run, claim.get());
                if (first.isPresent()) {
                    return repeated(run.organization(), first.get(), caller);
                }
            } else {
                runs.begin(run);
            }
            Chain chain = Chain.outermost(caller, wish.isNobodys());
            Chunks chunks = stream.map(s -> s.begun(run, gate::answerLabel, here.cancellation()))
                    .orElse(Chunks.UNWATCHED);
            var start = new Execution.Start(run, gate, task, wish, chain, here.cancellation(), chunks);
            Content content = execution.record(start, Optional.of(caller));
            return Endings.deliverable(run, content, caller);
        }
    }

    /// The gate at `path`, which the caller may enter.
    Gate entered(FsPath path, Task caller) {
        Gate gate = gates.resolve(path);
        gates.requireMayEnter(gate, caller);
        return gate;
    }

    /// A run that another run waits for.
    Content run(Invocation wish, Gate gate, Task task, Task caller, Chain chain) throws InterruptedException {
        Run run = newRun(wish, gate, caller, wish.beginning(true), Optional.empty());
        Cancellation outer = chain.around().orElseThrow().cancellation();
        try (UnderWay.Entry here = underWay.begin(run.id());
                Cancellation.Hook _ = outer.during(here.cancellation()::cancel)) {
            runs.begin(run);
            var start = new Execution.Start(run, gate, task, wish, chain, here.cancellation(), Chunks.UNWATCHED);
            return execution.record(start, Optional.empty());
        }
    }

    /// Accepts a run that nobody waits for. Durable on return.
    ///
    /// @return the first run of its idempotency key, if it has one
    /// @throws Refused as [#invoke], and `AT_LIMIT` if too many wait already
    public Run submit(Invocation wish) {
        return submissions.accept(wish);
    }

    /// Accepts a run that an event fires, as [Task#current], which is vouched for by what may enter the trigger: the
    /// gate of `wish`. Its start is the payload's label; its secrets are those that the trigger's author was lent.
    ///
    /// @param delivery tells it from all others: of one that was made before, the first run again
    /// @throws Refused `DENIED` if this event may fire nothing here, `NOT_FOUND` where no function is, `AT_LIMIT`
    public Run fire(Invocation wish, Label event, String delivery) {
        return submissions.fire(wish, event, delivery);
    }

    /// Waits until a run that was accepted has ended for good.
    public void awaitEnd(UUID run) throws InterruptedException {
        submissions.awaitEnd(run);
    }

    /// Ends a run, as [Task#current], which must know of it and may write such records: one that waits will never
    /// begin, one that runs has its guest taken away. Whoever waits for it gets its answer. Nothing happens to one
    /// that has ended.
    ///
    /// @param function empty for any
    /// @return the run as the caller may see it, once it has ended, or has not after [#CANCEL_PATIENCE]
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public View cancel(String organization, UUID id, Optional<String> function) throws InterruptedException {
        return buckets.timed(() -> {
            Run run = runs.find(organization, id)
                    .map(View::run)
                    .filter(found -> function.isEmpty() || function.get().equals(found.function()))
                    .orElseThrow(Refused::notFound);
            Task caller = Task.current();
            Privilege with = caller.exercise(Component.TRUE, run.existence().integrity());
            caller.requireMayAffect(run.existence(), with, "a run");
            submissions.withdraw(run);
            Optional<UnderWay.Entry> busy = underWay.find(id);
            if (busy.isPresent()) {
                busy.get().cancelAndWait(CANCEL_PATIENCE);
                submissions.withdraw(run); // what failed just before waits for its next try
            }
            return runs.find(organization, id).orElseThrow(Refused::notFound);
        });
    }

    /// Runs that failed for good.
    public Redrives redrives() {
        return new Redrives(this, submissions, runs);
    }

    /// After a restart: ends in the records what was running, and goes on with what was waiting.
    public void recover() {
        submissions.recover();
    }

    /// Limits of organizations have changed: who was at one may go on.
    public void reconsider() {
        scheduler.reconsider();
        submissions.reconsider();
    }

    /// Why nothing of a runtime can be checked or run on this host, if that is so.
    public Optional<String> missing(Runtime runtime) {
        return serving.worker().missing(runtime);
    }

    /// Loads a function once, and says why it cannot be loaded, if that is so.
    public Optional<String> check(String organization, FunctionSpec function) throws InterruptedException {
        return switch (scheduler.acquire(organization, function.limits().memoryMib(), QUEUE_PATIENCE)) {
            case Admission.Granted(var lease) -> {
                try (lease) {
                    yield serving.worker().check(organization, function, CHECK_PATIENCE);
                }
            }
            case Admission.AtLimit(var bound) -> Optional.of(Limited.at(bound).reason());
            case Admission.QueueFull(), Admission.TimedOut() -> Optional.of("the server had no room to check it");
        };
    }

    /// @param retry of one that nobody waits for
    Run newRun(Invocation wish, Gate gate, Task caller, Beginning beginning, Optional<Retry> retry) {
        String organization = wish.payer(gate);
        if (runs.isClosed(organization)) {
            throw Refused.notFound();
        }
        Component runsOf = Invocation.runsOf(organization);
        Label existence = Label.of(runsOf.and(caller.label().secrecy()), runsOf);
        long now = clock.millis();
        Duration patience = beginning.isAwaited() ? QUEUE_PATIENCE : BACKLOG_PATIENCE;
        Duration once =
                patience.plus(CHECK_PATIENCE).plus(gate.function().limits().timeout());
        long deadline = now + Trying.longest(once, retry).toMillis();
        return new Run(
                ids.next(),
                organization,
                wish.function(),
                wish.functionId(),
                wish.faasId(),
                beginning,
                now,
                deadline,
                Injection.shown(organization, gate, wish.secrets(), existence),
                wish.asked().tags(),
                wish.amongBoth(existence, gate),
                wish.asked().inputRef());
    }

    /// The first answer again, to whom it was given. He need not be able to see the record.
    private View repeated(String organization, UUID first, Task caller) {
        Run.Ended ended = runs.recall(organization, first)
                .orElseThrow(() -> new Refused(Refusal.CONFLICT, "a run with this idempotency key is in progress"));
        return Endings.deliverable(ended.run(), ended.content(), caller);
    }
}
