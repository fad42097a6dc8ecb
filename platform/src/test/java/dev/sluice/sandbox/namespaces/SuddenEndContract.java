package dev.sluice.sandbox.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.Guests;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxUnavailable;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server, its launcher, or both are killed at once: no guest lives on, whatever made its namespaces.
abstract class SuddenEndContract {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path parent;

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(Leftovers.of(directory())).isEmpty();
        assertThat(Leftovers.parents(directory())).isEmpty();
    }

    @Test
    void theLauncherIsKilled_itsGuestsAreGone_andTheDriverGoesOn() throws Exception {
        try (var driver = open()) {
            Sandbox guest = driver.start(Guests.spec("attacks.py", "leave_children"));
            assertThat(Leftovers.processes()).isNotEmpty();
            launcherOf(ProcessHandle.current()).destroyForcibly();
            assertThat(guest.awaitDeath(SOON)).contains(new Death.Killed(9));
            await().atMost(SOON).until(() -> Leftovers.processes().isEmpty());
            assertThat(new Guests(driver).ask("attacks.py", "hello").asString()).isEqualTo("hello");
            guest.close();
            assertThat(Leftovers.of(directory())).isEmpty();
        }
    }

    @Test
    void theServerIsKilled_itsGuestsAndControlGroupsAreGone() throws Exception {
        Process server = doomed();
        assertThat(Leftovers.processes()).hasSizeGreaterThan(3);
        server.destroyForcibly();
        await().atMost(SOON).until(() -> Leftovers.of(directory()).isEmpty());
        await().atMost(SOON).until(() -> Leftovers.parents(directory()).isEmpty());
    }

    @Test
    void serverAndLauncherAreKilled_guestsAreGone_andTheNextServerRemovesTheirControlGroups() throws Exception {
        Process server = doomed();
        ProcessHandle launcher = launcherOf(server.toHandle());
        server.destroyForcibly();
        launcher.destroyForcibly();
        await().atMost(SOON).until(() -> Leftovers.processes().isEmpty());
        try (var next = open()) {
            assertThat(Leftovers.of(directory())).isEmpty();
            assertThat(new Guests(next).ask("attacks.py", "hello").asString()).isEqualTo("hello");
        }
    }

    @Test
    void guestsThatOutliveServerAndLauncher_areEndedByTheNextServer() throws Exception {
        Path survivors = Leftovers.groupFor(directory());
        Process survivor = new ProcessBuilder("/usr/bin/sleep", "600").start();
        Files.writeString(survivors.resolve("cgroup.procs"), Long.toString(survivor.pid()));
        open().close();
        assertThat(survivor.waitFor(SOON)).isTrue();
    }

    /// The launcher hears of a guest's death and of the server's at once, and there is nobody to tell any more.
    @Test
    void aGuestThatDiesWithTheServer_leavesNoControlGroup() throws Exception {
        Process server = doomed();
        ProcessHandle launcher = launcherOf(server.toHandle());
        signal("STOP", launcher);
        ProcessHandle guest = launcher.children().findFirst().orElseThrow();
        guest.destroyForcibly();
        server.destroyForcibly();
        server.waitFor();
        signal("CONT", launcher);
        await().atMost(SOON).until(() -> Leftovers.of(directory()).isEmpty());
        await().atMost(SOON).until(() -> Leftovers.parents(directory()).isEmpty());
    }

    @Test
    void anotherServerOnTheSameDirectory_isRefused() throws Exception {
        Process server = doomed();
        assertThatThrownBy(this::open).isInstanceOf(SandboxUnavailable.class).hasMessageContaining("another server");
        assertThat(Leftovers.processes()).hasSizeGreaterThan(3);
        server.destroyForcibly();
        await().atMost(SOON).until(() -> Leftovers.of(directory()).isEmpty());
        await().atMost(SOON).until(() -> Leftovers.parents(directory()).isEmpty());
    }

    private Path directory() {
        return parent.resolve("sandbox");
    }

    abstract Maker maker();

    private NamespaceDriver open() throws Exception {
        return DoomedServer.driver(directory(), maker());
    }

    private Process doomed() throws IOException {
        Process server = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dsluice.test.fork=" + Integer.getInteger("sluice.test.fork", 0),
                        DoomedServer.class.getName(),
                        directory().toString(),
                        maker().name(),
                        "3"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = server.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        while (line != null && !line.equals("ready")) {
            line = said.readLine();
        }
        assertThat(line).isEqualTo("ready");
        return server;
    }

    private static void signal(String name, ProcessHandle to) throws Exception {
        assertThat(new ProcessBuilder("/bin/kill", "-" + name, Long.toString(to.pid()))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    private ProcessHandle launcherOf(ProcessHandle server) {
        String program = directory().toString();
        return server.children()
                .filter(child -> child.info().commandLine().orElse("").contains(program + "/launcher/launcher.py"))
                .findFirst()
                .orElseThrow();
    }
}
