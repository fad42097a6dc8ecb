package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.SandboxUnavailable;
import java.nio.file.Files;
import java.nio.file.Path;

/// What makes the namespaces of guests, at the launcher's command.
enum Maker {
    BUBBLEWRAP(Isolation.NAMESPACES, "bwrap", "bubblewrap"),

    /// A runtime of OCI containers.
    CRUN(Isolation.OCI, "crun", "crun");

    private final Isolation isolation;
    private final String program;
    private final String debian;

    /// @param debian the package that has the program
    Maker(Isolation isolation, String program, String debian) {
        this.isolation = isolation;
        this.program = program;
        this.debian = debian;
    }

    Isolation isolation() {
        return isolation;
    }

    /// As the launcher calls it.
    String program() {
        return program;
    }

    Path path() {
        return Path.of("/usr/bin", program);
    }

    /// @throws SandboxUnavailable if it is missing
    void requireProgram() {
        if (!Files.isExecutable(path())) {
            throw new SandboxUnavailable(
                    debian + " is missing: install Debian's " + debian + " (apt-get install " + debian + ")");
        }
    }
}
