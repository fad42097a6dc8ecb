package dev.sluice.cloudcall;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The guest's end of the channel is closed: it exited, crashed, or was killed (out of memory, past its deadline).
/// Which of these, the sandbox knows.
public final class GuestGone extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    GuestGone(@Nullable IOException cause) {
        super("the guest closed its channel", cause);
    }
}
