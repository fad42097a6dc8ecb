package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import dev.sluice.gate.Outbox;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;

/// What a guest asks of events.
final class EventCalls {
    /// Of one run.
    static final int EVENTS_MAX = 1_000;

    /// Of one event.
    static final int BYTES_MAX = 1 << 20;

    private final Outbox outbox;
    private int emitted;

    EventCalls(Outbox outbox) {
        this.outbox = outbox;
    }

    Value answer(CloudCall.OfEvents call) {
        return switch (call) {
            case CloudCall.Emit(var event) -> emit(event);
        };
    }

    private Value emit(Bytes event) {
        if (event.length() > BYTES_MAX) {
            throw new Refused(Refusal.TOO_LARGE, "the event is too large");
        }
        if (emitted == EVENTS_MAX) {
            throw new Refused(Refusal.AT_LIMIT, "the run has emitted too many events");
        }
        emitted++;
        outbox.emit(event);
        return Value.NULL;
    }
}
