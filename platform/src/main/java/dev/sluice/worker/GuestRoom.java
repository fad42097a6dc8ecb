package dev.sluice.worker;

import java.util.Optional;

/// Room for a guest that several runs share. The run that needs one more waits for it; who leaves last gives it back.
public interface GuestRoom {
    /// Waits for the guest's memory.
    ///
    /// @return gives it back; empty for a run that was canceled meanwhile
    /// @throws dev.sluice.kernel.Refused as a run's own room is refused
    Optional<Runnable> take() throws InterruptedException;

    /// From now on the run waits for a guest that another run opens. Does not wait itself.
    ///
    /// @return has it go on; once is enough
    Runnable pause();
}
