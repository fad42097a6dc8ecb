package dev.sluice.sandbox.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.sluice.sandbox.SandboxUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A host that cannot isolate guests as it should gets no driver at all, and a message that says what to do.
final class RefusalTest {
    private static final String GOOD = """
            Name:\tx
            CapPrm:\t0000000000000000
            CapEff:\t0000000000000000
            CapBnd:\t0000000000000000
            NoNewPrivs:\t1
            Seccomp:\t2
            End:\t0
            """;

    @TempDir
    Path parent;

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(Leftovers.of(parent.resolve("sandbox"))).isEmpty();
    }

    @Test
    void aShimInTheInterpretersPlace_isRefused() throws Exception {
        Path shim = Files.createFile(
                parent.resolve("node"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(shim, "#!/bin/sh\nexec /usr/bin/node \"$@\"\n");
        refused("nodejs", NamespaceOptions.PYTHON, shim)
                .hasMessageContaining("script")
                .hasMessageContaining("install");
        refused("python3", shim, NamespaceOptions.NODE)
                .hasMessageContaining("script")
                .hasMessageContaining("install");
    }

    @Test
    void aMissingInterpreter_isRefused() {
        refused("nodejs", NamespaceOptions.PYTHON, parent.resolve("none")).hasMessageContaining("there is no Node.js");
        refused("python3", parent.resolve("none"), NamespaceOptions.NODE).hasMessageContaining("there is no Python");
    }

    @Test
    void anotherProgramInTheInterpretersPlace_isRefused() {
        refused("nodejs", NamespaceOptions.PYTHON, Path.of("/usr/bin/env")).hasMessageContaining("install");
        refused("python3", Path.of("/usr/bin/env"), NamespaceOptions.NODE).hasMessageContaining("install");
        refused("java", NamespaceOptions.PYTHON, NamespaceOptions.NODE, Path.of("/usr/bin/env"))
                .hasMessageContaining("JDK 25");
    }

    @Test
    void powershellThatCannotBeUsed_isLeftOut() throws Exception {
        Map<String, Path> guests = Map.of("powershell", Files.createDirectory(parent.resolve("powershell-guest")));
        assumeFalse(Files.exists(NamespaceOptions.PWSH), "PowerShell is installed");
        try (var driver = NamespaceDriver.open(NamespaceOptions.of(parent.resolve("sandbox"), guests))) {
            assertThat(driver.offers("powershell")).isFalse();
        }
    }

    @Test
    void aPathTooLongForASocket_isRefused() {
        Path deep = parent.resolve("d".repeat(100));
        assertThatThrownBy(() -> NamespaceDriver.open(NamespaceOptions.of(deep, Map.of())))
                .isInstanceOf(SandboxUnavailable.class)
                .hasMessageContaining("too long");
    }

    @Test
    void aHostWithoutControlGroups_isRefused() {
        assertThatThrownBy(() -> Host.cgroups(List.of(), "/", "sluice-test"))
                .isInstanceOf(SandboxUnavailable.class)
                .hasMessageContaining("Version 2: ")
                .hasMessageContaining("Version 1: ")
                .hasMessageContaining("Run the server as root");
    }

    @Test
    void aGuestThatIsNotIsolatedAsAskedFor_isRefused() throws IOException {
        Trial.require(GOOD, "python3");
        for (String weaker : List.of("NoNewPrivs:\t0", "Seccomp:\t0", "CapEff:\t00000000a80425fb", "CapBnd:\t1")) {
            String key = weaker.substring(0, weaker.indexOf(':'));
            assertThatIOException()
                    .isThrownBy(() -> Trial.require(GOOD.replaceFirst(key + ":\t\\w+", weaker), "python3"))
                    .withMessageContaining(key);
        }
        assertThatIOException().isThrownBy(() -> Trial.require("", "python3"));
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(String runtime, Path python, Path node) {
        return refused(runtime, python, node, NamespaceOptions.OWN_JAVA);
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(String runtime, Path python, Path node, Path java) {
        var options = new NamespaceOptions(
                parent.resolve("sandbox"), Map.of(runtime, parent), python, node, java, Leftovers.FIRST_UID);
        return assertThatThrownBy(() -> NamespaceDriver.open(options)).isInstanceOf(SandboxUnavailable.class);
    }
}
