package dev.sluice.invoke;

import dev.sluice.audit.AuditLog;
import dev.sluice.audit.Flow;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import java.util.Optional;

/// Why a run has its label, and why its answer did not reach who asked: kept with what came out of it, at the label of
/// that. A run that used privilege, was refused something or was withheld goes on record; any other writes nothing.
final class Reasons {
    private final AuditLog audit;

    Reasons(AuditLog audit) {
        this.audit = audit;
    }

    /// @param caller who waits for the answer, if anybody does
    Content addTo(Content content, Run run, Task task, Optional<Task> caller) {
        Label answer = content.output().isPresent() ? content.outputLabel() : content.label();
        var flow = new Flow(
                task.trace(), caller.flatMap(waiting -> waiting.undeliverable(answer, Label.PUBLIC, "the answer")));
        audit.ran(
                run.organization(),
                run.id(),
                content.label().joinOrTop(run.existence()),
                flow,
                content.output().map(_ -> content.outputLabel()));
        return flow.isEmpty() ? content : content.with(flow.encode());
    }
}
