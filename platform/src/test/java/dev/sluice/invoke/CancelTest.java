package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fs.FsPath;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.Runs;
import dev.sluice.schedule.Scheduler;
import dev.sluice.testing.Tasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs that are ended from outside, wherever they are. Real guests.
@Timeout(120)
final class CancelTest {
    private static final Fault CANCELED = new Fault("SystemError", "the run was canceled", List.of());
    private static final String SLEEPS = "import time\ndef handle(context, payload):\n    time.sleep(300)\n";

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory);
        create("sleeps", SLEEPS);
        create("loads", "import time\ntime.sleep(20)\n" + SLEEPS);
        create("quick", "def handle(context, payload):\n    return payload\n");
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    @Test
    void aRunThatRuns_losesItsGuest_andWhoWaitsGetsHisAnswer() throws Exception {
        FutureTask<View> waiting = begin("sleeps");
        Run run = recorded("sleeps");
        await().pollDelay(Duration.ofSeconds(1))
                .until(() -> spine.scheduler.load().leasedMib() > 0);
        assertThat(cancel(run).content()).map(Content::status).contains(Status.ERROR);
        View view = waiting.get(10, TimeUnit.SECONDS);
        assertThat(view.content().flatMap(Content::fault)).contains(CANCELED);
        assertThat(cancel(run).content()).isEqualTo(cancel(run).content()).isEqualTo(view.content());
        await().until(() -> spine.scheduler.load().leasedMib() == 0);
    }

    @Test
    void aRunWhoseFunctionIsBeingLoaded_endsToo() throws Exception {
        FutureTask<View> waiting = begin("loads");
        Run run = recorded("loads");
        assertThat(cancel(run).content().flatMap(Content::fault)).contains(CANCELED);
        assertThat(waiting.get(10, TimeUnit.SECONDS).content().flatMap(Content::fault))
                .contains(CANCELED);
    }

    @Test
    void aRunThatWaitsForRoom_waitsNoLonger() throws Exception {
        spine.limits.put("acme", new Scheduler.Limits(1, 10, 1 << 20, 1 << 30));
        FutureTask<View> first = begin("sleeps");
        Run running = recorded("sleeps");
        FutureTask<View> second = begin("quick");
        Run waits = recorded("quick");
        assertThat(cancel(waits).content().flatMap(Content::fault)).contains(CANCELED);
        assertThat(second.get(10, TimeUnit.SECONDS).content().flatMap(Content::fault))
                .contains(CANCELED);
        assertThat(spine.scheduler.used("acme").waiting()).isZero();
        cancel(running);
        first.get(10, TimeUnit.SECONDS);
        spine.limits.remove("acme");
        assertThat(spine.exec(caller(), "quick", "7").output()).contains(Spine.json("7"));
    }

    @Test
    void aRunThatIsQueued_neverBegins() throws Exception {
        spine.limits.put("acme", new Scheduler.Limits(1, 10, 1 << 20, 1 << 30));
        Run running = submit("sleeps");
        await().until(() -> spine.scheduler.used("acme").runs() == 1);
        Run queued = submit("quick");
        assertThat(spine.scheduler.used("acme").waiting()).isEqualTo(1);
        assertThat(cancel(queued).content().flatMap(Content::fault)).contains(CANCELED);
        assertThat(spine.scheduler.used("acme").waiting()).isZero();
        assertThat(cancel(running).content().flatMap(Content::fault)).contains(CANCELED);
        await().until(() -> spine.scheduler.used("acme").equals(new Scheduler.Limits(0, 0, 0, 0)));
        spine.limits.remove("acme");
        assertThat(find(queued).content().flatMap(Content::fault)).contains(CANCELED);
        assertThat(spine.runs.recover()).isEmpty();
    }

    @Test
    void whatARunWaitsFor_endsWithIt() throws Exception {
        Label open = Label.parse("T,acme/function");
        FsPath inner = FsPath.home(open).child("inner");
        FsPath calls = FsPath.home(open).child("calls");
        createOpen(inner, SLEEPS, Convention.DISPATCH);
        createOpen(calls, """
                def handle(event, cloudcall):
                    cloudcall._ask('invoke', {'gate': '%s', 'payload': b'1', 'sync': True})
                """.formatted(inner), Convention.FAASTEN);
        var waiting = new FutureTask<>(() -> caller().run(() ->
                spine.invocations.invoke(Spine.wish(calls, "calls", "7", "acme/runs,T", Optional.empty()))));
        Thread.ofVirtual().start(waiting);
        Run outer = recorded("calls");
        Run callee = recorded(inner.toString());
        cancel(outer);
        assertThat(waiting.get(10, TimeUnit.SECONDS).content().flatMap(Content::fault))
                .contains(CANCELED);
        assertThat(find(callee).content().flatMap(Content::fault)).contains(CANCELED);
    }

    @Test
    void whoMayNotWriteRuns_orKnowOfThem_endsNone() throws InterruptedException {
        Run run = submit("sleeps");
        assertThat(refusal(Spine.task("acme/runs", "acme/function"), run.id())).isEqualTo(Refusal.DENIED);
        assertThat(refusal(Spine.task("acme/runs", "acme/runs/sleeps"), run.id()))
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(Tasks.of("acme/user/alice,T", "acme/user/alice&acme/runs,T", "acme/runs"), run.id()))
                .as("it would tell of alice's")
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(Spine.task("blue", "blue"), run.id())).isEqualTo(Refusal.NOT_FOUND);
        assertThat(refusal(Spine.task("acme/function", "acme"), run.id())).isEqualTo(Refusal.NOT_FOUND);
        assertThat(refusal(caller(), UUID.randomUUID())).isEqualTo(Refusal.NOT_FOUND);
        assertThat(Tasks.refusal(caller(), () -> spine.invocations.cancel("acme", run.id(), Optional.of("another"))))
                .isEqualTo(Refusal.NOT_FOUND);
        assertThat(find(run).content()).isEmpty();
        cancel(run);
        assertThat(find(run).content().flatMap(Content::fault)).contains(CANCELED);
    }

    @Test
    void whatHasEnded_staysAsItIs() throws InterruptedException {
        Run run = submit("quick");
        await().until(() -> find(run).output().isPresent());
        assertThat(cancel(run).output()).contains(Spine.json("7"));
        assertThat(find(run).status()).contains(Status.READY);
    }

    private static @Nullable Refusal refusal(Task caller, UUID id) {
        return Tasks.refusal(caller, () -> spine.invocations.cancel("acme", id, Optional.empty()));
    }

    private static View cancel(Run run) throws InterruptedException {
        return caller().run(() -> spine.invocations.cancel("acme", run.id(), Optional.of(run.function())));
    }

    private static Run submit(String function) {
        return caller().run(() -> spine.invocations.submit(Spine.wish(function, "7", "acme/runs,T", Optional.empty())));
    }

    /// Waits for a run on another thread.
    private static FutureTask<View> begin(String function) {
        var waiting = new FutureTask<>(() -> spine.exec(caller(), function, "7"));
        Thread.ofVirtual().start(waiting);
        return waiting;
    }

    /// The newest run of a function, once there is one that has not ended.
    private static Run recorded(String function) {
        var wanted = new Runs.Wanted(Optional.of(function), List.of());
        return await().until(
                        () -> {
                            spine.runs.recordLongRuns();
                            return caller().run(() -> spine.runs.list("acme", wanted, Optional.empty(), 1)).stream()
                                    .filter(view -> view.content().isEmpty())
                                    .findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow()
                .run();
    }

    private static View find(Run run) {
        return Spine.task("F", "F").run(() -> spine.runs.find("acme", run.id())).orElseThrow();
    }

    private static Task caller() {
        return Spine.task("acme/runs", "acme/runs");
    }

    private static void createOpen(FsPath path, String source, Convention convention) {
        var everybody = new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.FALSE);
        FunctionSpec spec = spine.python(source, "hello.handle", convention, Spine.limits(Duration.ofMinutes(5)));
        spine.create(path, everybody, spec, Label.parse("T,acme/function"));
    }

    private static void create(String name, String source) {
        spine.create(
                name, spine.python(source, "hello.handle", Convention.DISPATCH, Spine.limits(Duration.ofMinutes(5))));
    }
}
