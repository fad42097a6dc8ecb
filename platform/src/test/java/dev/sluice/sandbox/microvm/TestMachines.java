package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.namespaces.Leftovers;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.nio.file.Path;
import java.util.Map;

/// Drivers of tests, which share kernels, images and snapshots: a kernel is downloaded once.
public final class TestMachines {
    private static final Path CACHE = Path.of("/var/tmp/sluice-test-microvm");

    private TestMachines() {}

    public static MicrovmDriver open(Path place, Map<String, Path> guestFiles) throws InterruptedException {
        return MicrovmDriver.open(new MicrovmOptions(
                new NamespaceOptions(
                        place,
                        guestFiles,
                        NamespaceOptions.PYTHON,
                        NamespaceOptions.NODE,
                        NamespaceOptions.OWN_JAVA,
                        Leftovers.FIRST_UID),
                CACHE));
    }
}
