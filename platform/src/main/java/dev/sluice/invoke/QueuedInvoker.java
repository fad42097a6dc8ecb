package dev.sluice.invoke;

import dev.sluice.fs.FsPath;
import dev.sluice.function.Retry;
import dev.sluice.gate.Gate;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Queued;
import dev.sluice.run.Queued.Accepted;
import dev.sluice.run.Run;
import dev.sluice.schedule.Parcel;
import java.util.Optional;

/// Stands in for the invoker of a run that nobody waits for, when it is started: with the clearance he had, and
/// with no privilege. What he was vouched for by is in the queue, and compared with what the gate then asks.
final class QueuedInvoker {
    private QueuedInvoker() {}

    static Task task(Queued queued) {
        Label known = queued.event().orElse(queued.start());
        Component ceiling = queued.clearance().and(known.secrecy());
        return new Task(known, Label.of(ceiling, Component.TRUE), Privilege.NONE);
    }

    /// The task of the run itself.
    static Task of(Queued queued, Gate gate, Task invoker) {
        return queued.event()
                .map(event -> gate.taskFired(event, queued.start()))
                .orElseGet(() -> gate.taskFor(invoker.label()));
    }

    /// A run that an event fires, through a gate that `firing` may enter.
    static Queued fired(Run run, Invocation wish, Task firing, Label event, Retry retry) {
        return new Queued(
                run,
                wish.gate().toString(),
                wish.start(),
                firing.clearance().secrecy(),
                firing.vouched(),
                given(wish),
                bytes(wish),
                false,
                false,
                Queued.Tries.of(Optional.of(retry)),
                Optional.of(event));
    }

    static Queued queued(Run run, Invocation wish, Task caller, Optional<Retry> retry) {
        return new Queued(
                run,
                wish.gate().toString(),
                wish.start().join(caller.label()),
                caller.clearance().secrecy(),
                caller.vouched(),
                given(wish),
                bytes(wish),
                wish.isNobodys(),
                false,
                Queued.Tries.of(retry));
    }

    private static Queued.Given given(Invocation wish) {
        return new Queued.Given(wish.payload(), wish.context(), wish.secrets(), wish.headers(), wish.blobs());
    }

    /// What is kept of it until it has ended, about.
    private static long bytes(Invocation wish) {
        long headers = wish.headers().entrySet().stream()
                .mapToLong(one -> one.getKey().length() + (long) one.getValue().length())
                .sum();
        return wish.payload().length() + (long) wish.context().length() + headers;
    }

    /// What counts of it for who is charged.
    static Parcel parcel(Accepted accepted) {
        return new Parcel(accepted.bytes(), accepted.isNobodys());
    }

    static Invocation wish(Queued queued) {
        Run run = queued.run();
        Queued.Given given = queued.given();
        return new Invocation(
                run.organization(),
                run.function(),
                run.functionId(),
                run.faasId(),
                FsPath.parse(queued.gatePath(), Component.TRUE, queued.start()),
                queued.start(),
                given.payload(),
                given.context(),
                given.headers(),
                given.blobs(),
                given.secrets(),
                new Invocation.Asked(run.tags(), Optional.empty(), run.inputRef()));
    }
}
