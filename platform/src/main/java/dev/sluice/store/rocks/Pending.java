package dev.sluice.store.rocks;

import dev.sluice.store.Batch;
import java.util.concurrent.Semaphore;

/// A batch on its way to the disk. `finish` comes once, from the committer.
final class Pending {
    private final Batch batch;
    private final boolean behind;
    private final Semaphore finished = new Semaphore(0);
    private Outcome outcome = Outcome.LOST;
    private volatile boolean shown;
    private boolean taken;

    Pending(Batch batch, boolean behind) {
        this.batch = batch;
        this.behind = behind;
    }

    Batch batch() {
        return batch;
    }

    /// Whether nobody waits for it.
    boolean isBehind() {
        return behind;
    }

    /// Lets reads see all its changes, at once.
    void show() {
        shown = true;
    }

    boolean isShown() {
        return shown;
    }

    /// Puts it into the committer's group. Under the queue's lock, as is `isTaken`.
    void takeUp() {
        taken = true;
    }

    boolean isTaken() {
        return taken;
    }

    void finish(Outcome reached) {
        outcome = reached;
        finished.release();
    }

    Outcome await() {
        finished.acquireUninterruptibly();
        return outcome;
    }

    enum Outcome {
        APPLIED,
        REFUSED,
        LOST
    }
}
