package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxDriverContract;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class ContainerDriverTest extends SandboxDriverContract {
    private Path directory = Path.of("");

    @Override
    protected SandboxDriver open(Path place, Map<String, Path> guestFiles) throws InterruptedException {
        directory = place;
        return NamespaceDriver.openContainers(new NamespaceOptions(
                place,
                guestFiles,
                NamespaceOptions.PYTHON,
                NamespaceOptions.NODE,
                NamespaceOptions.OWN_JAVA,
                Leftovers.FIRST_UID));
    }

    @Override
    protected List<String> leftovers() throws Exception {
        return Leftovers.of(directory);
    }
}
