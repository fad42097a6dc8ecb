package dev.sluice;

import dev.sluice.image.Runtime;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxUnavailable;
import dev.sluice.sandbox.microvm.MicrovmDriver;
import dev.sluice.sandbox.microvm.MicrovmOptions;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Opens what isolates guests.
///
/// @param directory where a driver keeps what it makes
/// @param guestDir  the programs of guests
record Drivers(Path directory, Path guestDir) {
    /// @throws SandboxUnavailable if this host cannot give it; never anything weaker
    SandboxDriver open(Isolation isolation) throws InterruptedException {
        var options = NamespaceOptions.of(directory.resolve("sandbox"), files());
        return switch (isolation) {
            case NAMESPACES -> NamespaceDriver.open(options);
            case OCI -> NamespaceDriver.openContainers(options);
            case MICROVM -> MicrovmDriver.open(new MicrovmOptions(options, directory.resolve("microvm")));
        };
    }

    private Map<String, Path> files() {
        Map<String, Path> files = new HashMap<>(Map.of(
                Runtime.PYTHON3.language(),
                guestDir.resolve("python"),
                Runtime.NODEJS.language(),
                guestDir.resolve("node"),
                Runtime.JAVA.language(),
                guestDir.resolve("java").resolve("runtime"),
                NamespaceOptions.BUILD,
                guestDir.resolve("build")));
        if (Files.exists(NamespaceOptions.PWSH)) { // no distribution has it
            files.put(Runtime.POWERSHELL.language(), guestDir.resolve("powershell"));
        }
        return files;
    }
}
