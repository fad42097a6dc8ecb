package dev.sluice.store;

import java.io.Serial;

/// The store was closed before: the server ends. Without a stack trace, as whatever is still under way gets one.
public final class StoreClosed extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1;

    public StoreClosed() {
        super("the store is closed");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
