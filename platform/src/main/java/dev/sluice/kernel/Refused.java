package dev.sluice.kernel;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An expected "no". A bug is any other exception.
///
/// The message is written for the caller: it says what to do next and holds no label, principal, secret or path.
/// What led here is in the [#trace] of the task, for who is cleared for it.
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Refusal refusal;
    private final String reason;
    private transient @Nullable Task task;

    public Refused(Refusal refusal, String message) {
        super(message, null, false, false);
        this.refusal = refusal;
        this.reason = message;
    }

    public Refusal refusal() {
        return refusal;
    }

    /// The message.
    public String reason() {
        return reason;
    }

    /// The trace of the innermost task that it left; nothing if no task was running.
    public Optional<Trace> trace() {
        return Optional.ofNullable(task).map(Task::trace);
    }

    void happenedTo(Task whose) {
        if (task == null) {
            task = whose;
        }
    }

    /// The one text for whatever is missing or must not be known.
    public static Refused notFound() {
        return new Refused(Refusal.NOT_FOUND, "not found or not allowed");
    }

    /// The one text for a forbidden flow; labels never appear in it.
    public static Refused denied() {
        return new Refused(Refusal.DENIED, "the flow is denied");
    }
}
