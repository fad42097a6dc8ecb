package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.Retry;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Beginning;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.Runs;
import dev.sluice.testing.Tasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs that events fire: which, at which label, how often (design/labels.md, sections 4 and 6, flow 5). Real guests.
@Timeout(120)
final class FiringTest {
    private static final Label EVENTS = Label.parse("acme/event,acme/event");
    private static final Label EMITTED = Label.parse("acme/event,T");
    private static final Label PAYLOAD = Label.parse("acme/runs,T");
    private static final String ECHO = "def handle(context, payload):\n    return [payload, context.get('event')]\n";
    private static final String RAISE = "def handle(context, payload):\n    raise RuntimeError('on purpose')\n";

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory);
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    @Test
    void anEvent_firesARun_thatKnowsWhatRunsMayKnow() throws InterruptedException {
        function("echo", ECHO, Optional.empty());
        trigger("echo", "acme/event");
        Run run = fire("echo", EMITTED, "1");
        assertThat(run.existence()).isEqualTo(Label.parse("acme/runs,acme/runs"));
        spine.invocations.awaitEnd(run.id());
        View view = ended(run);
        assertThat(view.output()).contains(Spine.json("[7,{\"eventID\":\"1\"}]"));
        assertThat(view.content().map(Content::label)).contains(PAYLOAD);
        assertThat(view.run().beginning()).isEqualTo(new Beginning(false, Optional.of(Beginning.Cause.EVENT)));
        assertThat(view.content().flatMap(Content::times)).isPresent();
    }

    @Test
    void aDelivery_isMadeOnce() {
        function("once", ECHO, Optional.empty());
        trigger("once", "acme/event");
        Run first = fire("once", EMITTED, "s\nd");
        assertThat(fire("once", EMITTED, "s\nd")).isEqualTo(first);
        ended(first);
        assertThat(fire("once", EMITTED, "s\nd")).isEqualTo(first);
        assertThat(fire("once", EMITTED, "s\ne").id()).isNotEqualTo(first.id());
    }

    /// A run of alice's data must not become one that others read.
    @Test
    void anEventThatKnowsMore_firesNothing_andLeavesNothing() {
        function("low", ECHO, Optional.empty());
        trigger("low", "acme/event");
        for (String high : List.of("acme/runs&acme/user/alice,T", "blue/runs,T", "F,T")) {
            Label event = Label.parse(high);
            assertThat(Tasks.refusal(firing(event), () -> spine.invocations.fire(wish("low"), event, "1")))
                    .as(high)
                    .isEqualTo(Refusal.DENIED);
        }
        assertThat(runs("low")).isEmpty();
        trigger("low", "acme/secret/none");
        assertThat(Tasks.refusal(firing(EMITTED), () -> spine.invocations.fire(wish("low"), EMITTED, "1")))
                .as("the trigger releases nothing of events")
                .isEqualTo(Refusal.DENIED);
        assertThat(runs("low")).isEmpty();
    }

    /// What was accepted is asked again when its turn comes.
    @Test
    void whatItsTriggerNoLongerReleases_isNotRun() {
        function("later", ECHO, Optional.empty());
        trigger("later", "acme/event");
        Run run = queueOnly("later");
        trigger("later", "T");
        spine.invocations.recover();
        View view = ended(run);
        assertThat(view.status()).contains(Status.ERROR);
        assertThat(view.content().orElseThrow().stdout()).isEmpty();
        assertThat(view.output()).isEmpty();
    }

    /// Only who emits may enter: no clearance, no run.
    @Test
    void whoIsNotVouchedForByEvents_entersNoTrigger() {
        function("closed", ECHO, Optional.empty());
        trigger("closed", "acme/event");
        Task stranger = new Task(EMITTED, EMITTED, Privilege.NONE);
        assertThat(Tasks.refusal(stranger, () -> spine.invocations.fire(wish("closed"), EMITTED, "1")))
                .isEqualTo(Refusal.NOT_FOUND);
        assertThat(Tasks.refusal(Spine.task("acme", "acme/runs"), () -> spine.invocations.invoke(wish("closed"))))
                .isEqualTo(Refusal.NOT_FOUND);
    }

    @Test
    void aRunThatFailedForGood_isADeadLetter_thatWhoMayRunTheFunctionRunsAnew() {
        function("fails", RAISE, Optional.of(new Retry(1, 100, 100, false)));
        trigger("fails", "acme/event");
        Run dead = fire("fails", EMITTED, "fails");
        ended(dead);
        Task reader = Spine.task("acme/runs", "T");
        assertThat(Tasks.refusal(Spine.task("acme/runs", "acme/runs"), () -> redrive(dead, reader)))
                .isEqualTo(Refusal.NOT_FOUND);
        Run anew = Spine.task("acme/runs", "acme/runs").run(() -> redrive(dead, Task.current()));
        assertThat(anew.id()).isNotEqualTo(dead.id());
        assertThat(ended(anew).content().flatMap(Content::fault)).isPresent();
    }

    /// What an event fired is held to its trigger as that is by now, also when somebody runs it anew.
    @Test
    void aDeadLetter_whoseTriggerIsShut_orReleasesLess_isNotRunAnew_andStays() {
        function("shut", RAISE, Optional.of(new Retry(1, 100, 100, false)));
        trigger("shut", "acme/event");
        Run first = fire("shut", EMITTED, "shut");
        ended(first);
        Run dead = runner().run(() -> redrive(first, Task.current()));
        ended(dead);
        trigger("shut", "acme/event", "acme/user/alice");
        assertNotRedriven(dead, Refusal.NOT_FOUND);
        trigger("shut", "T");
        assertNotRedriven(dead, Refusal.DENIED);
        trigger("shut", "acme/event");
        Run again = runner().run(() -> redrive(dead, Task.current()));
        assertThat(again.id()).isNotEqualTo(dead.id());
        ended(again);
    }

    private static Task runner() {
        return Spine.task("acme/runs", "acme/runs");
    }

    private static void assertNotRedriven(Run dead, Refusal refusal) {
        assertThat(Tasks.refusal(runner(), () -> redrive(dead, Task.current()))).isEqualTo(refusal);
    }

    private static Run redrive(Run dead, Task runner) {
        return spine.invocations.redrives().redrive("acme", dead.id(), Optional.empty(), runner);
    }

    private static Run fire(String function, Label event, String delivery) {
        return firing(event).run(() -> spine.invocations.fire(wish(function), event, delivery));
    }

    /// Accepted by a server that stopped before it began.
    private static Run queueOnly(String function) {
        Invocation wish = wish(function);
        Task firing = firing(EMITTED);
        return firing.run(() -> {
            var gate = spine.gates.resolve(wish.gate());
            var retry = new Retry(1, 100, 100, false);
            Run run = spine.invocations.newRun(
                    wish, gate, new Task(PAYLOAD, PAYLOAD, Privilege.NONE), wish.beginning(false), Optional.of(retry));
            spine.runs.queue().add(QueuedInvoker.fired(run, wish, firing, EMITTED, retry), Optional.empty());
            return run;
        });
    }

    private static Task firing(Label event) {
        Component events = Component.parse("acme/event");
        return new Task(
                event,
                Label.of(event.secrecy().and(events), Component.TRUE),
                Privilege.mintTcb(Component.TRUE, events));
    }

    private static Invocation wish(String function) {
        return new Invocation(
                Spine.ACME,
                function,
                "id",
                "faas",
                FsPath.home(EVENTS).child(function),
                PAYLOAD,
                Bytes.utf8("7"),
                Bytes.utf8("{\"secrets\":{},\"serviceBindings\":{},\"event\":{\"eventID\":\"1\"}}"),
                Map.of(),
                Map.of(),
                List.of(),
                new Invocation.Asked(new TreeMap<>(), Optional.empty(), Optional.empty()));
    }

    private static void function(String name, String source, Optional<Retry> retry) {
        spine.create(
                name,
                spine.python(source, "hello.handle", Convention.DISPATCH, Spine.limits(Duration.ofSeconds(10)))
                        .with(new Deployment(Map.of(), 0, 0, "", retry)));
    }

    private static void trigger(String function, String declassify) {
        trigger(function, declassify, "acme/event");
    }

    /// @param clearance of who may enter it
    private static void trigger(String function, String declassify, String clearance) {
        Task owner = Spine.task("acme", "acme");
        owner.run(() -> {
            Component events = Component.parse("acme/event");
            var policy = new GatePolicy(
                    Component.TRUE, Component.parse(clearance), Component.parse(declassify), Component.parse("F"));
            var content =
                    spine.gates.redirect(Spine.path(function), policy, Component.parse("acme/runs/" + function), true);
            FsPath path = FsPath.home(EVENTS).child(function);
            Privilege with = owner.exercise(Component.parse("acme"), events);
            return spine.fs.list(FsPath.home(EVENTS), "", 100).stream()
                            .anyMatch(e -> e.name().equals(function))
                    ? spine.gates.replace(path, content, Backing.LABEL, 0, with)
                    : spine.gates.create(path, content, Backing.LABEL, EVENTS, with);
        });
    }

    private static List<View> runs(String function) {
        var wanted = new Runs.Wanted(Optional.of(function), List.of());
        return Spine.task("F", "F").run(() -> spine.runs.list("acme", wanted, Optional.empty(), 10));
    }

    private static View ended(Run run) {
        return await().atMost(60, TimeUnit.SECONDS)
                .until(
                        () -> Spine.task("F", "F")
                                .run(() -> spine.runs.find("acme", run.id()))
                                .orElseThrow(),
                        view -> view.content().isPresent());
    }
}
