package dev.sluice.guest;

import dev.sluice.guest.Frame.Kind;
import java.util.List;

/// What the platform asks for with one `RUN`: payload and context are JSON texts. No record, for arrays are no values.
final class RunRequest {
    private final int run;
    private final byte[] payload;
    private final byte[] context;

    RunRequest(int run, byte[] payload, byte[] context) {
        this.run = run;
        this.payload = payload;
        this.context = context;
    }

    static RunRequest of(Frame frame) throws Violation {
        Guest.require(frame, Kind.RUN);
        if (!(frame.value() instanceof List<?> parts) || parts.size() != 2) {
            throw new Violation("a run without payload and context");
        }
        return new RunRequest(frame.id(), Guest.octets(parts.get(0)), Guest.octets(parts.get(1)));
    }

    /// Its number.
    int run() {
        return run;
    }

    byte[] payload() {
        return payload;
    }

    byte[] context() {
        return context;
    }
}
