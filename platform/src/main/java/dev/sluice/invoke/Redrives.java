package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.gate.Gate;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.run.Claim;
import dev.sluice.run.Queued;
import dev.sluice.run.Run;
import dev.sluice.run.Run.View;
import dev.sluice.run.Runs;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What is done with dead letters, the runs that failed for good: run anew what they were given, or give them up. As
/// [Task#current], which must know of the run and how it ended; who does not finds none.
///
/// Thread-safe.
public final class Redrives {
    private final Invocations invocations;
    private final Submissions submissions;
    private final Runs runs;

    Redrives(Invocations invocations, Submissions submissions, Runs runs) {
        this.invocations = invocations;
        this.submissions = submissions;
        this.runs = runs;
    }

    /// The names of the secrets that the first request asked for; none where there is no such letter.
    public List<String> secrets(String organization, UUID id) {
        return runs.findDeadLetter(organization, id)
                .flatMap(_ -> runs.queue().letter(organization, id))
                .filter(letter -> Task.current().mayObserve(letter.start()))
                .map(letter -> letter.given().secrets())
                .orElse(List.of());
    }

    /// Runs anew what a letter was given, which then is none any more: a run of who asks, held to what he may do.
    /// Durable on return. Of a letter that was run anew before, the same run again.
    ///
    /// @param function empty for any
    /// @param runner   the same caller, as one who runs the function
    /// @throws Refused as [Invocations#submit]; `NOT_FOUND` also for a letter whose payload he may not see
    public Run redrive(String organization, UUID id, Optional<String> function, Task runner) {
        View dead = runs.find(organization, id)
                .filter(view -> view.status().isPresent())
                .filter(view -> isOf(function, view))
                .orElseThrow(Refused::notFound);
        var claim = new Claim(Bytes.utf8("redrive\n" + id), Digest.of(Bytes.EMPTY));
        Optional<Queued> letter = runs.queue().letter(organization, id);
        if (letter.isPresent()) {
            redrive(dead, letter.get(), claim, runner);
        }
        return runs.queue()
                .first(dead.run(), claim)
                .filter(run -> Task.current().mayObserve(run.existence()))
                .orElseThrow(Refused::notFound);
    }

    private void redrive(View dead, Queued letter, Claim claim, Task runner) {
        Task finder = Task.current();
        if (!finder.mayObserve(letter.start())) {
            throw Refused.notFound();
        }
        requireMayRemove(dead);
        finder.observe(letter.start(), "a dead letter"); // that there is a run anew tells of it
        Invocation wish = QueuedInvoker.wish(letter);
        Gate gate = runner.run(() -> {
            Injection.requireLent(wish);
            return letter.event().isPresent() ? fired(letter, runner) : invocations.entered(wish.gate(), runner);
        });
        Run run = invocations.newRun(wish, gate, finder, wish.beginning(false), Submissions.retry(gate, letter));
        Queued queued = letter.event().isPresent()
                ? letter.anew(run)
                : QueuedInvoker.queued(run, wish, runner, Submissions.retry(gate));
        submissions.add(queued, wish, () -> runs.queue().redrive(queued, claim, letter));
    }

    /// What an event fired goes through its trigger again; he who asks must be one who may run the function himself.
    private Gate fired(Queued letter, Task runner) {
        Run run = letter.run();
        if (!runner.vouchesFor(Component.of(Principal.of(run.organization(), "runs", run.function())))) {
            throw Refused.notFound();
        }
        return submissions.fired(letter);
    }

    /// Gives a letter up. The run's record stays.
    ///
    /// @param function empty for any
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public View discard(String organization, UUID id, Optional<String> function) {
        View dead = runs.findDeadLetter(organization, id)
                .filter(view -> isOf(function, view))
                .orElseThrow(Refused::notFound);
        requireMayRemove(dead);
        runs.queue().letter(organization, id).ifPresent(runs.queue()::discard);
        return dead;
    }

    private static boolean isOf(Optional<String> function, View view) {
        return function.isEmpty() || function.get().equals(view.run().function());
    }

    /// That there is a letter says how its run ended.
    private static void requireMayRemove(View dead) {
        Label existence = dead.run().existence();
        Label outcome =
                dead.tried().map(Run.Tried::outcome).orElse(Label.PUBLIC).joinOrTop(existence);
        Label letter = Label.of(outcome.secrecy(), existence.integrity());
        Privilege with = Task.current().exercise(Component.TRUE, existence.integrity());
        Task.current().requireMayAffect(letter, with, "a dead letter");
    }
}
