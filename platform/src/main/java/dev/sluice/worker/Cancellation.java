package dev.sluice.worker;

import java.util.LinkedHashSet;
import java.util.Set;

/// Whether one run is wanted no more, and what is to be done about it.
///
/// Thread-safe.
public final class Cancellation {
    /// What is said of a run that was canceled.
    public static final String REASON = "the run was canceled";

    private final Set<Hook> hooks = new LinkedHashSet<>(); // guarded by this
    private boolean isCanceled; // guarded by this

    /// Something to be done when the run is canceled, until this is closed. It must not wait for anything.
    public final class Hook implements AutoCloseable {
        private final Runnable action;

        private Hook(Runnable action) {
            this.action = action;
        }

        /// On return it is done or will never be.
        @Override
        public void close() {
            synchronized (Cancellation.this) {
                hooks.remove(this);
            }
        }
    }

    /// The run has not long to go. Once is enough.
    public synchronized void cancel() {
        if (!isCanceled) {
            isCanceled = true;
            hooks.forEach(hook -> hook.action.run());
        }
    }

    public synchronized boolean isCanceled() {
        return isCanceled;
    }

    /// Has something done when the run is canceled; at once if it has been.
    public synchronized Hook during(Runnable action) {
        var hook = new Hook(action);
        hooks.add(hook);
        if (isCanceled) {
            action.run();
        }
        return hook;
    }
}
