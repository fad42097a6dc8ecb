package dev.sluice.fs;

/// Keeps what an organization has from growing while somebody looks whether there is anything, and once it has ended.
///
/// In memory only: after a restart nobody is closed. Thread-safe.
public final class Closing {
    private final Barrier barrier;

    public Closing(LabeledFs fs) {
        this.barrier = fs.barrier;
    }

    /// From now on nothing is linked into directories of the organization's own, and nothing of its own anywhere: that
    /// is refused as `CONFLICT`. What was linked before is there when this returns.
    ///
    /// @param organization its token
    /// @return false if it was closed before
    public boolean close(String organization) {
        boolean isNew = barrier.closed.add(organization);
        barrier.drain();
        return isNew;
    }

    public void reopen(String organization) {
        barrier.closed.remove(organization);
    }
}
