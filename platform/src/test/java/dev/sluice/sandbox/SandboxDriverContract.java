package dev.sluice.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.sandbox.Guests.Output;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What every driver promises about the life of a guest. What guests must not reach is in [IsolationContract].
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SandboxDriverContract {
    /// What a process says of its time may be so much more than the kernel counts, for each process.
    private static final long TICK_MILLIS = 40;

    private static final Duration SOON = Duration.ofSeconds(20);

    private SandboxDriver driver;
    private Guests guests;

    /// A driver that keeps its things in `directory`.
    protected abstract SandboxDriver open(Path directory, Map<String, Path> guestFiles) throws InterruptedException;

    /// Processes, mounts, control groups and files that guests have left.
    protected abstract List<String> leftovers() throws Exception;

    /// How much processor time the host counts at least for a guest that says it used so much.
    protected long leastUsedMillis(long said) {
        return said - TICK_MILLIS;
    }

    @BeforeAll
    void openDriver(@TempDir Path directory) throws Exception {
        driver = open(directory.resolve("sandbox"), Map.of("python3", Guests.files(), "nodejs", Guests.files()));
        guests = new Guests(driver);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertThat(leftovers()).isEmpty();
    }

    @AfterAll
    void closeDriver() {
        driver.close();
    }

    // ------------------------------------------------------------------------------------------------- beginning

    @Test
    void aGuest_ofEachRuntime_answers() throws Exception {
        assertThat(guests.ask("attacks.py", "hello").asString()).isEqualTo("hello");
        assertThat(guests.ask("library.js", "timers").asString()).isEqualTo("late");
    }

    @Test
    void theChannel_carriesBytesBothWays() throws Exception {
        try (Sandbox guest = driver.start(Guests.spec("attacks.py", "echo"))) {
            assertThat(Guests.hear(guest).asString()).isEqualTo("ready");
            Guests.tell(guest, "ping");
            assertThat(Guests.hear(guest).asString()).isEqualTo("ping");
        }
    }

    @Test
    void manyGuests_startedAtOnce_allAnswer() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var starts = new ArrayList<Callable<String>>();
            for (int i = 0; i < 16; i++) {
                starts.add(() -> guests.ask("attacks.py", "hello").asString());
            }
            for (var answer : executor.invokeAll(starts)) {
                assertThat(answer.get()).isEqualTo("hello");
            }
        }
    }

    @Test
    void whatAGuestUsed_isCounted_withItsChildren_andStillKnownWhenItIsGone() throws Exception {
        Usage during;
        Sandbox guest = driver.start(Guests.spec("attacks.py", "burn", "400", "40"));
        try (guest) {
            long millis = Guests.hear(guest).asLong();
            during = guest.usage();
            assertThat(millis).isGreaterThanOrEqualTo(400 - TICK_MILLIS);
            assertThat(during.cpuMicros()).isGreaterThanOrEqualTo(leastUsedMillis(millis) * 1_000);
            assertThat(during.memoryBytes()).isPositive();
            assertThat(during.memoryPeakBytes()).isGreaterThanOrEqualTo(40L << 20);
        }
        Usage after = guest.usage();
        assertThat(after.cpuMicros()).isGreaterThanOrEqualTo(during.cpuMicros());
        assertThat(after.memoryBytes()).isZero();
        assertThat(guest.usage()).isEqualTo(after);
        assertThat(guest.driver()).matches("[a-z]{1,16}");
    }

    @Test
    void aProgramThatDoesNotExist_isNoGuest() {
        assertThatThrownBy(() -> guests.ask("missing.py")).isInstanceOfAny(SandboxFailed.class, IOException.class);
    }

    @Test
    void anUnknownRuntime_isRefused() {
        var spec = new GuestSpec("cobol", List.of("/usr/bin/cobol"), 64, 8, 8, 100, Guests.BOOT);
        assertThatThrownBy(() -> driver.start(spec)).isInstanceOf(SandboxFailed.class);
    }

    @Test
    void aGuestThatDoesNotSpeak_isEndedWhenItsTimeToBootIsOver() {
        GuestSpec patient = Guests.spec("attacks.py", "wait_in_silence");
        var spec = new GuestSpec(patient.runtime(), patient.command(), 64, 8, 8, 100, Duration.ofSeconds(1));
        assertThatThrownBy(() -> driver.start(spec))
                .isInstanceOf(SandboxFailed.class)
                .hasMessageContaining("in time");
    }

    @Test
    void aStartThatIsInterrupted_leavesNothing() throws Exception {
        var seen = new ArrayList<Class<?>>();
        Thread starting = Thread.ofVirtual().start(() -> {
            try {
                driver.start(Guests.spec("attacks.py", "wait_in_silence")).close();
            } catch (SandboxFailed | InterruptedException failure) {
                seen.add(failure.getClass());
            }
        });
        await().atMost(SOON).until(() -> !leftovers().isEmpty());
        starting.interrupt();
        starting.join(SOON);
        assertThat(seen).containsExactly(InterruptedException.class);
    }

    // ---------------------------------------------------------------------------------------------------- output

    @Test
    void whatAGuestPrintedBeforeItsAnswer_isThereAfterDraining() throws Exception {
        var output = new Output();
        try (Sandbox guest = driver.start(Guests.spec("attacks.py", "print_when_told", "2000"))) {
            guest.logsTo(output);
            assertThat(Guests.hear(guest).asString()).isEqualTo("ready");
            Guests.tell(guest, "go");
            assertThat(Guests.hear(guest).asString()).isEqualTo("answer");
            guest.drainLogs(output);
            assertThat(output.out().lines()).hasSize(2000).first().isEqualTo("line 0");
            assertThat(output.out()).endsWith("line 1999\n");
            assertThat(output.err()).endsWith("error 1999\n");
            assertThat(output.err().lines()).hasSize(2000);
        }
    }

    @Test
    void whatAGuestPrints_arrivesDuringTheRun_atTheSinkOfTheRun() throws Exception {
        var first = new Output();
        var second = new Output();
        try (Sandbox guest = driver.start(Guests.spec("attacks.py", "print_when_told", "1"))) {
            guest.logsTo(first);
            guest.logsTo(second);
            Guests.tell(guest, "go");
            await().atMost(SOON).until(() -> second.out().equals("line 0\n"));
            assertThat(first.out()).isEmpty();
        }
    }

    @Test
    void aGuestThatPrintsWithoutEnd_doesNotKeepTheOthersFromBeingHeard() throws Exception {
        var flood = new AtomicLong();
        var output = new Output();
        try (Sandbox loud = driver.start(Guests.spec("attacks.py", "print_without_end"));
                Sandbox quiet = driver.start(Guests.spec("attacks.py", "print_when_told", "10"))) {
            loud.logsTo(counting(flood));
            quiet.logsTo(output);
            await().atMost(SOON).until(() -> flood.get() > 10 << 20);
            Guests.tell(quiet, "go");
            await().atMost(SOON).until(() -> output.out().endsWith("line 9\n"));
            loud.drainLogs(counting(flood));
        }
    }

    @Test
    void aSinkThatFails_doesNotKeepTheOthersFromBeingHeard() throws Exception {
        var output = new Output();
        try (Sandbox bad = driver.start(Guests.spec("attacks.py", "print_when_told", "1"));
                Sandbox good = driver.start(Guests.spec("attacks.py", "print_when_told", "1"))) {
            bad.logsTo(new LogSink() {
                @Override
                public void stdout(ByteBuffer bytes) {
                    throw new IllegalStateException("a bug");
                }

                @Override
                public void stderr(ByteBuffer bytes) {
                    throw new IllegalStateException("a bug");
                }
            });
            good.logsTo(output);
            Guests.tell(bad, "go");
            assertThat(Guests.hear(bad).asString()).isEqualTo("ready");
            assertThat(Guests.hear(bad).asString()).isEqualTo("answer");
            Guests.tell(good, "go");
            await().atMost(SOON).until(() -> output.out().equals("line 0\n"));
        }
    }

    private static LogSink counting(AtomicLong total) {
        return new LogSink() {
            @Override
            public void stdout(ByteBuffer bytes) {
                total.addAndGet(bytes.remaining());
            }

            @Override
            public void stderr(ByteBuffer bytes) {
                total.addAndGet(bytes.remaining());
            }
        };
    }

    // ------------------------------------------------------------------------------------------------------- end

    @Test
    void aGuestThatExits_hasExitedWithItsCode() throws Exception {
        assertThat(deathOf(Guests.spec("attacks.py", "exit_with", "0"))).isEqualTo(new Death.Exited(0));
        assertThat(deathOf(Guests.spec("attacks.py", "exit_with", "7"))).isEqualTo(new Death.Exited(7));
    }

    @Test
    void aGuestThatCrashes_hasBeenKilledByTheSignal() throws Exception {
        assertThat(deathOf(Guests.spec("attacks.py", "die_by", "11"))).isEqualTo(new Death.Killed(11));
        assertThat(deathOf(Guests.spec("attacks.py", "die_by", "9"))).isEqualTo(new Death.Killed(9));
    }

    @Test
    void aGuestWithoutEnd_diesOfItsMemory_andDisturbsNoOther() throws Exception {
        try (Sandbox other = driver.start(Guests.spec("attacks.py", "echo"))) {
            assertThat(deathOf(Guests.spec(64, 64, 16, 100, "attacks.py", "memory_bomb")))
                    .isEqualTo(new Death.OutOfMemory());
            assertThat(deathOf(Guests.spec(96, 64, 16, 100, "library.js", "memory")))
                    .isEqualTo(new Death.OutOfMemory());
            assertThat(Guests.hear(other).asString()).isEqualTo("ready");
        }
    }

    @Test
    void theScratch_countsAsMemory() throws Exception {
        assertThat(deathOf(Guests.spec(48, 64, 512, 100, "attacks.py", "fill_scratch", "10")))
                .isEqualTo(new Death.OutOfMemory());
    }

    @Test
    void aGuestThatUsesUpItsProcessorTime_isKilledForThat() throws Exception {
        assertThat(deathOf(Guests.spec("attacks.py", "exceed_processor_time"))).isEqualTo(new Death.CpuTime());
    }

    private Death deathOf(GuestSpec spec) throws Exception {
        try (Sandbox guest = driver.start(spec)) {
            assertThat(Guests.hear(guest).asString()).isEqualTo("begun");
            return guest.awaitDeath(SOON).orElseThrow();
        }
    }

    @Test
    void closing_endsEverythingThatTheGuestHasStarted() throws Exception {
        Sandbox guest = driver.start(Guests.spec("attacks.py", "leave_children"));
        assertThat(Guests.hear(guest).asString()).isEqualTo("left");
        guest.close();
        assertThat(leftovers()).isEmpty();
        assertThat(guest.death()).contains(new Death.Killed(9));
        guest.close();
    }

    @Test
    void closing_freesWhoReadsTheChannel() throws Exception {
        Sandbox guest = driver.start(Guests.spec("attacks.py", "echo"));
        assertThat(Guests.hear(guest).asString()).isEqualTo("ready");
        var seen = new ArrayList<Class<?>>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                seen.add(guest.channel().read(ByteBuffer.allocate(1)) < 0 ? Void.class : Byte.class);
            } catch (ClosedChannelException closed) { // before it read, or while it did
                seen.add(Void.class);
            } catch (IOException other) {
                seen.add(other.getClass());
            }
        });
        guest.close();
        reader.join(SOON);
        assertThat(seen).containsExactly(Void.class);
    }

    @Test
    void aGuestThatHangsUp_canBeClosed() throws Exception {
        assertThatThrownBy(() -> guests.ask("attacks.py", "close_everything")).isInstanceOf(IOException.class);
    }

    @Test
    void aForkBomb_meetsItsLimit_andIsGoneAfterClosing() throws Exception {
        assertThat(guests.ask(Guests.spec(128, 32, 16, 100, "attacks.py", "fork_bomb"))
                        .asInt())
                .isBetween(20, 32);
        assertThat(guests.ask(Guests.spec(128, 32, 16, 100, "attacks.py", "thread_bomb"))
                        .asInt())
                .isBetween(20, 32);
    }

    @Test
    void files_haveLimits() throws Exception {
        var big = guests.ask(Guests.spec(256, 64, 128, 100, "attacks.py", "big_file"));
        assertThat(big.get(0).asLong()).isEqualTo(64 << 20);
        assertThat(big.get(1).asString()).isEqualTo("EFBIG");
        var many = guests.ask("attacks.py", "many_files");
        assertThat(many.get(0).asInt()).isBetween(500, 1024);
        assertThat(many.get(1).asString()).isEqualTo("EMFILE");
        var full = guests.ask(Guests.spec(128, 64, 16, 100, "attacks.py", "fill_scratch_and_tell", "3"));
        assertThat(full.get(0).asInt()).isEqualTo(5);
        assertThat(full.get(1).asString()).isEqualTo("ENOSPC");
    }

    /// As the host counts it: what a machine's own clock says of that is not to be believed.
    @Test
    void theProcessor_isSharedOut() throws Exception {
        long began = System.nanoTime();
        try (Sandbox guest = driver.start(Guests.spec(128, 64, 16, 20, "attacks.py", "spin", "2"))) {
            Guests.hear(guest);
            double share = guest.usage().cpuMicros() * 1_000.0 / (System.nanoTime() - began);
            assertThat(share).isBetween(0.02, 0.5);
        }
    }
}
