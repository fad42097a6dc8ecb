package dev.sluice.invoke;

import dev.sluice.sandbox.microvm.TestMachines;
import org.junit.jupiter.api.Tag;

/// In virtual machines, the next run has another machine, restored from the snapshot of one in which nothing ran.
@Tag("full")
final class MicrovmResetTest extends ResetContract {
    @Override
    Spine.Opener driver() {
        return (directory, guestFiles) -> TestMachines.open(directory.resolve("sandbox"), guestFiles);
    }
}
