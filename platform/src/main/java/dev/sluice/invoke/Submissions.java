package dev.sluice.invoke;

import dev.sluice.gate.Gate;
import dev.sluice.gate.Gates;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.LabelInvalid;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Runs;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Parcel;
import java.util.Optional;
import java.util.UUID;

/// The runs that nobody waits for: accepted, and started when it is their turn.
///
/// Thread-safe.
final class Submissions {
    private final Invocations invocations;
    private final Gates gates;
    private final Runs runs;
    private final Endings endings;
    private final Reasons reasons;
    private final Backlog backlog;

    Submissions(
            Invocations invocations, Gates gates, Scheduler scheduler, Runs runs, Endings endings, Reasons reasons) {
        this.invocations = invocations;
        this.gates = gates;
        this.runs = runs;
        this.endings = endings;
        this.reasons = reasons;
        this.backlog = new Backlog(this::start, scheduler);
    }

    /// As [Invocations#submit].
    Run accept(Invocation wish) {
        Task caller = Task.current();
        Injection.requireLent(wish);
        Gate gate = invocations.entered(wish.gate(), caller);
        Run run = invocations.newRun(wish, gate, caller, false);
        Run.Queued queued = QueuedInvoker.queued(run, wish, caller);
        Parcel parcel = QueuedInvoker.parcel(queued.accepted());
        Limited.requireNone(
                backlog.accept(
                        run.organization(), run.id(), parcel, () -> runs.queue().add(queued)),
                wish);
        return run;
    }

    void recover() {
        for (Run.Accepted accepted : runs.recover()) {
            Run run = accepted.run();
            backlog.addAgain(run.organization(), run.id(), QueuedInvoker.parcel(accepted));
        }
    }

    void reconsider() {
        backlog.reconsider();
    }

    /// Starts a run that was accepted, with what the gate is by now, and waits for its end. Its invoker's right to
    /// enter is checked again: a gate whose clearance has changed refuses him.
    private void start(UUID id) throws InterruptedException {
        Optional<Run.Queued> taken = runs.queue().take(id);
        if (taken.isEmpty()) {
            return;
        }
        Run.Queued queued = taken.get();
        Run run = queued.run();
        Content content = stopped(queued, Refused.notFound().reason());
        try {
            Task invoker = QueuedInvoker.task(queued);
            content = invoker.run(() -> {
                Invocation wish = QueuedInvoker.wish(queued);
                Gate gate = gates.resolve(wish.gate());
                gates.requireMayEnter(gate, queued.vouched());
                Task task = gate.taskFor(invoker.label());
                Content ended = invocations.admitAndRun(run, gate, task, wish, Chain.queued(queued.vouched()));
                return reasons.addTo(ended, run, task, Optional.empty());
            });
        } catch (Refused refused) {
            content = reasons.ofRefusal(stopped(queued, refused.reason()), run, refused);
        } catch (LabelInvalid tooLarge) {
            content = stopped(queued, Refused.denied().reason());
        } finally {
            runs.queue().end(queued, content);
        }
    }

    private Content stopped(Run.Queued queued, String reason) {
        return endings.stopped(queued.run(), queued.start(), queued.given().payload(), reason);
    }
}
