package dev.sluice.sandbox;

/// Starts isolated guests. `SandboxDriverContract` holds every driver to the same promises.
///
/// What a guest can reach, in full, is written in `docs/design/sandboxes.md`: its read-only runtime, one private
/// `/tmp`, and the one channel of [Sandbox#channel]. No network. A driver that cannot give that on this host is not
/// constructed at all: it throws [SandboxUnavailable] and there is nothing weaker.
///
/// Thread-safe: many guests may be started at once.
public interface SandboxDriver extends AutoCloseable {
    /// Boots a guest and returns once it has begun to speak on its channel, or has hung up.
    ///
    /// No byte of the channel is consumed: that a guest has hung up is found by the first read.
    ///
    /// @throws SandboxFailed if it did not within [GuestSpec#boot]; nothing of it is left running or mounted
    /// @throws InterruptedException if interrupted meanwhile; nothing of it is left running or mounted
    Sandbox start(GuestSpec spec) throws SandboxFailed, InterruptedException;

    /// Whether it has the root file system of a runtime, and guests of it are isolated.
    boolean offers(String runtime);

    /// What keeps its guests apart.
    Isolation isolation();

    /// Ends every guest of this driver and the driver itself. Idempotent.
    @Override
    void close();
}
