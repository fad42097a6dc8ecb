package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import dev.sluice.gate.Gate;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.worker.RunEnd;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/// What is kept of a run's end, under which labels, and what of it a caller may have.
final class Endings {
    static final String STOPPED = "the run was ended by the platform";

    private final Clock clock;

    Endings(Clock clock) {
        this.clock = clock;
    }

    /// Only a successful answer is downgraded, by the declassify of the gate that the caller named; everything
    /// else carries the highest label that the run had. That a run did not succeed is told where its answer would
    /// have been.
    Content of(RunEnd end, Gate gate, Task task, Bytes payload) {
        Label highest = task.highest();
        boolean isAnswer = end.output().isPresent();
        return new Content(
                isAnswer ? Status.READY : end.isTimeout() ? Status.TIMEOUT : Status.ERROR,
                clock.millis(),
                highest,
                gate.answerLabel(isAnswer ? task.label() : highest),
                Json.shown(payload),
                end.output().map(o -> new Output(o.status(), o.body(), o.isJson(), o.ref())),
                end.fault().map(f -> new Run.Fault(f.type(), f.message(), f.stacktrace())),
                end.stdout(),
                end.stderr());
    }

    /// A run that the platform ended before or beside its function.
    Content stopped(Run run, Label start, Bytes payload, String message) {
        Label label = start.joinOrTop(run.existence());
        var fault = new Run.Fault("SystemError", message, List.of());
        return new Content(
                Status.ERROR,
                clock.millis(),
                label,
                label,
                Json.shown(payload),
                Optional.empty(),
                Optional.of(fault),
                List.of(),
                List.of());
    }

    /// What a caller outside the labels may have of a run that he waited for.
    static View deliverable(Run run, Content content, Task caller) {
        boolean isDelivered = caller.mayDeliver(content.label(), Label.PUBLIC);
        boolean isAnswered = caller.mayDeliver(content.outputLabel(), Label.PUBLIC);
        return new View(
                run,
                isDelivered ? Optional.of(content) : Optional.empty(),
                isAnswered ? Optional.of(content.status()) : Optional.empty(),
                isAnswered ? content.output() : Optional.empty());
    }
}
