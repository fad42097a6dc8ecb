package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.SandboxUnavailable;
import dev.sluice.sandbox.namespaces.Commands;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/// The QEMU of this host.
final class Qemu {
    private static final String HINT =
            "install Debian's qemu-system-x86 and erofs-utils (apt-get install qemu-system-x86 erofs-utils)";

    private Qemu() {}

    /// What it says of its version.
    ///
    /// @throws SandboxUnavailable if there is none that works
    static String version() throws InterruptedException {
        if (!System.getProperty("os.arch").equals("amd64")) {
            throw new SandboxUnavailable("virtual machines are offered on x86-64 only: use another isolation here");
        }
        if (!Files.isExecutable(NamespaceOptions.QEMU)) {
            throw new SandboxUnavailable("QEMU is missing: " + HINT);
        }
        try {
            return Commands.ask(List.of(NamespaceOptions.QEMU.toString(), "--version"));
        } catch (IOException failure) {
            throw new SandboxUnavailable("QEMU does not work: " + HINT, failure);
        }
    }
}
