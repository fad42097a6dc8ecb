package dev.sluice.store;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The store cannot read or keep what it is given. It does not recover: the process must be started again.
public final class StoreFailed extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public StoreFailed(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public StoreFailed(String message) {
        super(message);
    }
}
