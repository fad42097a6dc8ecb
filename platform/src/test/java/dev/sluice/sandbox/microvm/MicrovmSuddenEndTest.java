package dev.sluice.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.sandbox.Guests;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.namespaces.Leftovers;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What runs a virtual machine is killed: whoever waits for its guest hears of it, nothing is left, and the next one
/// starts.
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MicrovmSuddenEndTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /// Of a start that takes a few hundred milliseconds where the processor is emulated, and more on a busy machine.
    private static final int STEPS = 40;

    private static final int STEP_MILLIS = 15;

    private Path directory;
    private SandboxDriver driver;

    @BeforeAll
    void open(@TempDir Path parent) throws Exception {
        directory = parent.resolve("sandbox");
        driver = TestMachines.open(directory, Map.of(NamespaceOptions.PYTHON3, Guests.files()));
    }

    @AfterEach
    void nothingIsLeft_andTheNextStarts() throws Exception {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(Leftovers.of(directory)).isEmpty());
        assertThat(new Guests(driver).ask("attacks.py", "hello").asString()).isEqualTo("hello");
    }

    @AfterAll
    void close() {
        driver.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"qemu-system-x86_64", "monitor.py"})
    void aMachineThatIsKilled_endsItsGuest(String program) throws Exception {
        try (Sandbox guest = driver.start(Guests.spec("attacks.py", "echo"))) {
            assertThat(Guests.hear(guest).asString()).isEqualTo("ready");
            assertThat(kill(program)).isPositive();
            assertThat(guest.awaitDeath(SOON)).isPresent();
        }
    }

    /// A start ends in a guest that answers, in one that has hung up, or in [SandboxFailed], within its time.
    @Test
    void aMachineThatIsKilled_atAnyStepOfItsStart_isAFailure_andNothingElse() throws Exception {
        var ends = new ArrayList<String>();
        try (var starting = Executors.newSingleThreadExecutor()) {
            for (int step = 0; step < STEPS; step++) {
                Future<String> end = starting.submit(started());
                TimeUnit.MILLISECONDS.sleep((long) step * STEP_MILLIS);
                kill("");
                ends.add(end.get(SOON.toMillis(), TimeUnit.MILLISECONDS));
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(Leftovers.of(directory)).isEmpty());
            }
        }
        assertThat(ends).containsAnyOf("gone", "failed");
    }

    private Callable<String> started() {
        return () -> {
            try (Sandbox guest = driver.start(Guests.spec("attacks.py", "hello"))) {
                return Guests.hear(guest).asString();
            } catch (IOException hungUp) {
                return "gone";
            } catch (SandboxFailed failed) {
                return "failed";
            }
        };
    }

    /// @param program what stands in the command line of those that are killed
    /// @return how many
    private static int kill(String program) throws IOException {
        int killed = 0;
        for (long process : Leftovers.processes()) {
            if (commandLine(process).contains(program)
                    && ProcessHandle.of(process)
                            .map(ProcessHandle::destroyForcibly)
                            .orElse(false)) {
                killed++;
            }
        }
        return killed;
    }

    /// Empty of one that has gone meanwhile.
    private static String commandLine(long process) throws IOException {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process), "cmdline"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException gone) {
            return "";
        }
    }
}
