package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.IsolationContract;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.namespaces.Leftovers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

@Tag("full") // emulated machines: minutes
final class MicrovmIsolationTest extends IsolationContract {
    private Path directory = Path.of("");

    @Override
    protected SandboxDriver open(Path place, Map<String, Path> guestFiles) throws InterruptedException {
        directory = place;
        return TestMachines.open(place, guestFiles);
    }

    @Override
    protected List<String> leftovers() throws Exception {
        return Leftovers.of(directory);
    }
}
