package dev.sluice.cloudcall;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A call named an object or a blob by a handle that is closed, or never was one of this run.
final class HandleClosed extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private HandleClosed() {
        super("a handle that is closed", null, false, false);
    }

    /// What the handle stands for, if it stands for anything.
    static <T> T unless(@Nullable T held) {
        if (held == null) {
            throw new HandleClosed();
        }
        return held;
    }
}
