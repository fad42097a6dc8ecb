package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.gate.Gate;
import dev.sluice.label.Label;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Injected;
import dev.sluice.worker.RunEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a guest and its other runs when one of those that share it goes early or the guest does. Real
/// guests.
final class SharedEndsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Says which runs its process has begun so far, and what it was told to do.
    private static final String REMEMBERS = """
            import os, signal, time
            begun = []
            def handle(context, payload):
                name, _, what = payload.partition(' ')
                begun.append(name)
                if what == 'stop' and os.fork() == 0:
                    time.sleep(0.5)
                    os.kill(os.getppid(), signal.SIGSTOP)
                    time.sleep(3)
                    os.kill(os.getppid(), signal.SIGKILL)
                    os._exit(0)
                if what == 'flood':
                    time.sleep(4)
                    while True:
                        print('x' * (1 << 20))
                if what.isdigit():
                    time.sleep(int(what))
                return ' '.join(begun)
            """;

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory, 2048);
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    /// It stands still when the next run comes, reads nothing of it, and is killed.
    @Test
    void aRunWhoseGuestHadNotReadIt_beginsInAnother_once() throws Exception {
        create("stops", PATIENCE);
        assertThat(output("stops", "warm")).isEqualTo("\"warm\"");
        assertThat(output("stops", "it stop")).isEqualTo("\"warm it\"");
        letBegin();
        assertThat(output("stops", "next")).isEqualTo("\"next\"");
    }

    /// What it has done by then, nobody knows.
    @Test
    void aRunThatHadBegun_endsWithItsGuest() throws Exception {
        create("begun", PATIENCE);
        assertThat(output("begun", "warm")).isEqualTo("\"warm\"");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RunEnd> under = each.submit(() -> run("begun", "under 19", PATIENCE, new Cancellation()));
            letBegin();
            assertThat(output("begun", "it stop")).isEqualTo("\"warm under it\"");
            assertThat(fault(under.get())).isEqualTo("the function's process was killed by signal 9");
        }
    }

    @Test
    void aRunThatIsNotWantedAnyMore_isNotTold_andCostsNoGuest() throws Exception {
        create("unwanted", PATIENCE);
        assertThat(output("unwanted", "warm")).isEqualTo("\"warm\"");
        var canceled = new Cancellation();
        canceled.cancel();
        assertThat(fault(run("unwanted", "canceled", PATIENCE, canceled))).isEqualTo(Cancellation.REASON);
        assertThat(fault(run("unwanted", "late", Duration.ofNanos(1), new Cancellation())))
                .isEqualTo("Did not invoke, already exceeded timeout");
        assertThat(output("unwanted", "next")).isEqualTo("\"warm next\"");
    }

    @Test
    void whatALateRunPrints_isBoundedAsWhatAnyRunDoes() throws Exception {
        create("late", Duration.ofSeconds(3));
        assertThat(output("late", "warm")).isEqualTo("\"warm\"");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RunEnd> late = each.submit(() -> run("late", "late flood", PATIENCE, new Cancellation()));
            await().pollDelay(Duration.ofMillis(2500)).until(() -> true);
            Future<RunEnd> other = each.submit(() -> run("late", "other 10", PATIENCE, new Cancellation()));
            assertThat(late.get().isTimeout()).isTrue();
            assertThat(fault(other.get())).isEqualTo("the function printed more than 67108864 bytes");
        }
    }

    private static String output(String name, String payload) throws InterruptedException {
        RunEnd end = run(name, payload, PATIENCE, new Cancellation());
        return end.output()
                .orElseThrow(() -> new AssertionError(end.fault().toString()))
                .body()
                .utf8();
    }

    private static String fault(RunEnd end) {
        return end.fault().orElseThrow().message();
    }

    private static RunEnd run(String name, String payload, Duration timeMax, Cancellation cancellation)
            throws InterruptedException {
        Gate gate = Spine.task("acme", "acme/runs").run(() -> spine.gates.resolve(Spine.path(name)));
        var job = Jobs.of('"' + payload + '"', timeMax, Injected.NOTHING, cancellation);
        return gate.taskFor(Label.PUBLIC).run(() -> spine.worker.run("acme", gate, job, Jobs.ROOM));
    }

    /// A guest that is warm has begun a run by then.
    private static void letBegin() {
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
    }

    private static void create(String name, Duration timeout) {
        spine.create(
                name,
                spine.python(REMEMBERS, "hello.handle", Convention.DISPATCH, Spine.limits(timeout))
                        .with(new Deployment(Map.of(), 0, 0, 4, "", Optional.empty())));
    }
}
