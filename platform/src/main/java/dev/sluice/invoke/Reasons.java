package dev.sluice.invoke;

import dev.sluice.audit.AuditLog;
import dev.sluice.audit.Flow;
import dev.sluice.audit.Inquiry;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Trace;
import dev.sluice.label.Component;
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

    /// @param outside who waits for the answer outside the labels, if anybody does: a run that waits for another is
    ///     tainted with its answer instead
    Content addTo(Content content, Run run, Task task, Optional<Task> outside) {
        Label answer = content.output().isPresent() ? content.outputLabel() : content.label();
        var flow = new Flow(
                task.trace(), outside.flatMap(waiting -> waiting.undeliverable(answer, Label.PUBLIC, "the answer")));
        String request =
                outside.flatMap(_ -> Inquiry.current()).map(Inquiry::id).orElse("");
        var subject = new AuditLog.Ended(
                run.organization(), run.id(), request, content.label().joinOrTop(run.existence()));
        audit.ran(subject, flow, content.output().map(_ -> content.outputLabel()));
        return flow.isEmpty() ? content : content.with(flow.encode());
    }

    /// Of a run that was refused before it began, where what led there may be known with the rest of its record.
    Content ofRefusal(Content content, Run run, Refused refused) {
        Optional<Trace> trace = refused.trace()
                .filter(seen -> Label.of(seen.highest().secrecy(), Component.TRUE)
                        .canFlowTo(Label.of(content.label().secrecy(), Component.TRUE)));
        trace.ifPresent(seen -> audit.ran(
                new AuditLog.Ended(
                        run.organization(), run.id(), "", content.label().joinOrTop(run.existence())),
                Flow.of(seen),
                Optional.empty()));
        return trace.map(seen -> content.with(Flow.of(seen).encode())).orElse(content);
    }
}
