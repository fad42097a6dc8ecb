package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxDriverContract;
import dev.sluice.sandbox.namespaces.Leftovers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

@Tag("full") // emulated machines: minutes
final class MicrovmDriverTest extends SandboxDriverContract {
    private Path directory = Path.of("");

    @Override
    protected SandboxDriver open(Path place, Map<String, Path> guestFiles) throws InterruptedException {
        directory = place;
        return TestMachines.open(place, guestFiles);
    }

    /// A machine's clock goes on while the machine waits for a processor, and its guest takes that for time of its own.
    @Override
    protected long leastUsedMillis(long said) {
        return said / 10;
    }

    @Override
    protected List<String> leftovers() throws Exception {
        return Leftovers.of(directory);
    }
}
