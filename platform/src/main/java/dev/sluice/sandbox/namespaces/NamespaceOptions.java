package dev.sluice.sandbox.namespaces;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What the namespaces driver is told.
///
/// @param directory its own directory inside the data directory, made if missing; names the control groups
/// @param guestFiles runtime name (`python3`, `nodejs`, `java`, `powershell`, `build`, `monitor`) → the directory that
/// its guests
///     see as `/runtime`
/// @param python the Python interpreter, normally `/usr/bin/python3`
/// @param node the Node.js binary, normally `/usr/bin/node`
/// @param java the `java` of a JDK of the version that the server needs, normally the server's own
/// @param firstUid guests run as this host user id and those after it; ignored when the server is not root
public record NamespaceOptions(
        Path directory, Map<String, Path> guestFiles, Path python, Path node, Path java, int firstUid) {
    public static final String PYTHON3 = "python3";
    public static final String NODEJS = "nodejs";
    public static final String JAVA = "java";
    public static final String POWERSHELL = "powershell";

    /// Guests that build what images need, with the host's tools.
    public static final String BUILD = "build";

    /// The monitors of virtual machines, for the driver `microvm`.
    public static final String MONITOR = "monitor";

    public static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");

    public static final Path PYTHON = Path.of("/usr/bin/python3");
    public static final Path NODE = Path.of("/usr/bin/node");
    public static final Path PWSH = Path.of("/usr/bin/pwsh");

    public static final Path OWN_JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /// Above every range that distributions, subordinate ids and systemd give out.
    public static final int FIRST_UID = 1_900_000_000;

    public NamespaceOptions {
        guestFiles = Map.copyOf(guestFiles);
        if (firstUid < 1000) {
            throw new IllegalArgumentException("guests never run as a user of the system");
        }
    }

    public static NamespaceOptions of(Path directory, Map<String, Path> guestFiles) {
        return new NamespaceOptions(directory, guestFiles, PYTHON, NODE, OWN_JAVA, FIRST_UID);
    }

    NamespaceOptions withoutPowershell() {
        var others = new HashMap<>(guestFiles);
        others.remove(POWERSHELL);
        return new NamespaceOptions(directory, others, python, node, java, firstUid);
    }

    /// The interpreter of a runtime.
    Path program(String runtime) {
        return switch (runtime) {
            case PYTHON3, BUILD -> python;
            case NODEJS -> node;
            case JAVA -> java;
            case POWERSHELL -> PWSH;
            case MONITOR -> QEMU;
            default -> throw new IllegalArgumentException("there is no runtime of that name");
        };
    }
}
