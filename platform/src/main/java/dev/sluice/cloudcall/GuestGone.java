package dev.sluice.cloudcall;

import java.io.IOException;
import java.io.Serial;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/// The guest's end of the channel is closed: it exited, crashed, or was killed (out of memory, past its deadline).
/// Which of these, the sandbox knows.
public sealed class GuestGone extends Exception permits RunNeverBegun {
    @Serial
    private static final long serialVersionUID = 1;

    GuestGone(@Nullable IOException cause) {
        super("the guest closed its channel", cause);
    }

    /// Whether the guest left something unread: only then does a Unix socket say that it was reset.
    boolean isReset() {
        return getCause() instanceof SocketException;
    }
}
