package dev.sluice.bench;

import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxUnavailable;
import dev.sluice.sandbox.microvm.MicrovmDriver;
import dev.sluice.sandbox.microvm.MicrovmOptions;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A driver that is measured.
///
/// @param snapshots where it keeps the memory of its templates, if it has any
record OpenedDriver(String name, SandboxDriver driver, Optional<Path> snapshots) implements AutoCloseable {
    /// Kernels and snapshots are made once, not in each bench.
    private static final Path MACHINES =
            Path.of(System.getProperty("user.home"), ".cache", "sluice", "bench", "microvm");

    @FunctionalInterface
    private interface Opening {
        SandboxDriver open() throws InterruptedException;
    }

    /// All that this host can run; of the others it is said why not.
    static List<OpenedDriver> all(Path guests, Path directory, Report report) throws InterruptedException {
        Map<String, Path> files = Map.of(
                NamespaceOptions.PYTHON3,
                guests.resolve("python"),
                NamespaceOptions.NODEJS,
                guests.resolve("node"),
                NamespaceOptions.JAVA,
                guests.resolve("java").resolve("runtime"));
        var drivers = new ArrayList<OpenedDriver>();
        open(
                drivers,
                "namespaces",
                Optional.empty(),
                report,
                () -> NamespaceDriver.open(NamespaceOptions.of(directory.resolve("namespaces"), files)));
        open(
                drivers,
                "oci",
                Optional.empty(),
                report,
                () -> NamespaceDriver.openContainers(NamespaceOptions.of(directory.resolve("oci"), files)));
        open(
                drivers,
                "microvm",
                Optional.of(MACHINES.resolve("snapshots")),
                report,
                () -> MicrovmDriver.open(
                        new MicrovmOptions(NamespaceOptions.of(directory.resolve("microvm"), files), MACHINES)));
        return drivers;
    }

    private static void open(
            List<OpenedDriver> drivers, String name, Optional<Path> snapshots, Report report, Opening opening)
            throws InterruptedException {
        try {
            drivers.add(new OpenedDriver(name, opening.open(), snapshots));
        } catch (SandboxUnavailable unavailable) {
            report.note(name + ": not measured: " + unavailable.getMessage());
        }
    }

    @Override
    public void close() {
        driver.close();
    }
}
