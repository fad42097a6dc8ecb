package dev.sluice.invoke;

import dev.sluice.fs.FsPath;
import dev.sluice.function.Retry;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Accepted;
import dev.sluice.run.Run.Queued;
import dev.sluice.schedule.Parcel;
import java.util.Optional;

/// Stands in for the invoker of a run that nobody waits for, when it is started: with the clearance he had, and
/// with no privilege. What he was vouched for by is in the queue, and compared with what the gate then asks.
final class QueuedInvoker {
    private QueuedInvoker() {}

    static Task task(Queued queued) {
        Component ceiling = queued.clearance().and(queued.start().secrecy());
        return new Task(queued.start(), Label.of(ceiling, Component.TRUE), Privilege.NONE);
    }

    static Queued queued(Run run, Invocation wish, Task caller, Optional<Retry> retry) {
        return new Queued(
                run,
                wish.gate().toString(),
                wish.start().join(caller.label()),
                caller.clearance().secrecy(),
                caller.vouched(),
                new Run.Given(wish.payload(), wish.context(), wish.secrets(), wish.headers(), wish.blobs()),
                bytes(wish),
                wish.isNobodys(),
                false,
                Run.Tries.of(retry));
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
        Run.Given given = queued.given();
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
