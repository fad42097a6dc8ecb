package dev.sluice.gateway;

import dev.sluice.fs.ObjectId;

/// A request's body on disk, whole, for the one run that reads it. It goes with its request, unless something else has
/// it end. For one thread at a time.
public final class KeptBody implements AutoCloseable {
    private final ObjectId id;
    private final Runnable removal;
    private boolean isLonger;

    /// @param removal has it gone; of one that is gone already, nothing
    public KeptBody(ObjectId id, Runnable removal) {
        this.id = id;
        this.removal = removal;
    }

    ObjectId id() {
        return id;
    }

    /// It outlives its request.
    void keepLonger() {
        isLonger = true;
    }

    void end() {
        removal.run();
    }

    @Override
    public void close() {
        if (!isLonger) {
            end();
        }
    }
}
