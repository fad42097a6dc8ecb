package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Queued;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.RunIds;
import dev.sluice.run.Runs;
import dev.sluice.schedule.Scheduler;
import dev.sluice.testing.FaultyStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may have what run, from which label on, and at whose cost: of runs that are waited for, and of those that are
/// not.
final class AdmissionTest {
    private static final String ALICES = "acme/runs&acme/user/alice,T";

    @TempDir
    static Path directory;

    private static Spine spine;
    private static final AtomicInteger NEXT = new AtomicInteger();

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory);
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    @Test
    void whoMayNotEnter_submitsNothing() {
        String function = newFunction();
        Task reader = Spine.task("acme/runs", "blue");
        assertThatThrownBy(() -> reader.run(() -> spine.invocations.submit(wish(function, "acme/runs,T"))))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.NOT_FOUND));
        assertThat(spine.runs.recover()).isEmpty();
    }

    /// The gate may have changed since the run was accepted.
    @Test
    void anAcceptedRun_entersAsItsInvokerMayNow() {
        String function = newFunction();
        Run refused = queued(function, Spine.task("acme/runs", "blue"));
        Run admitted = queued(function, Spine.task("acme/runs", "acme/runs"));
        spine.invocations.recover();
        assertThat(end(refused).status()).isEqualTo(Status.ERROR);
        assertThat(end(refused).fault().orElseThrow().message()).isEqualTo("not found or not allowed");
        assertThat(end(admitted).status()).isEqualTo(Status.READY);
    }

    @Test
    void anAcceptedRun_findsNoGate_thatItsInvokerMayNotKnowOf() {
        String function = newFunction();
        Run run = queued(function, Spine.task("blue/runs", "acme/runs"), "T,T");
        spine.invocations.recover();
        assertThat(end(run).status()).isEqualTo(Status.ERROR);
    }

    @Test
    void anAcceptedRun_startsWithWhatItsPayloadIs() {
        String function = newFunction();
        Task caller = Spine.task("acme/runs", "acme/runs");
        Run run = caller.run(() -> spine.invocations.submit(wish(function, ALICES)));
        assertThat(knows(end(run), "acme/user/alice")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRun_startsWithWhatItsCallerKnows(boolean isWaitedFor) throws InterruptedException {
        String function = newFunction();
        Task caller = alice("acme/user/alice,T");
        Run run = isWaitedFor
                ? caller.run(() -> spine.invocations.invoke(wish(function, "T,T")))
                        .run()
                : caller.run(() -> spine.invocations.submit(wish(function, "T,T")));
        assertThat(end(run).output().orElseThrow().body().utf8()).contains("acme/user/alice");
    }

    @Test
    void aRunThatWasRefused_isAsSecretAsItsPayload() {
        String function = newFunction();
        Run run = queued(function, Spine.task("acme/runs", "blue"), ALICES);
        spine.invocations.recover();
        assertThat(end(run).status()).isEqualTo(Status.ERROR);
        assertThat(knows(end(run), "acme/user/alice")).isTrue();
    }

    /// It is on record at its own label, though the store failed under it.
    @Test
    void aRunThatAFaultEnded_isAsSecretAsItsPayload() {
        String function = newFunction();
        Run run = queued(function, Spine.task("acme/runs", "acme/runs"), ALICES);
        var failing = new FaultyStore(spine.store, 1, FaultyStore.Fault.NOTHING_DONE);
        var gates = new Gates(new LabeledFs(failing, new SecureRandom()), spine.audit);
        var ids = new RunIds(Clock.systemUTC(), new SecureRandom());
        new Invocations(
                        gates,
                        spine.scheduler,
                        spine.worker,
                        spine.secrets,
                        spine.runs,
                        ids,
                        spine.audit,
                        Clock.systemUTC())
                .recover();
        assertThat(end(run).status()).isEqualTo(Status.ERROR);
        assertThat(failing.isUnused()).isFalse();
        assertThat(knows(end(run), "acme/user/alice")).isTrue();
    }

    /// What he was vouched for by is only compared.
    @Test
    void whoStandsInForAnAcceptedRunsInvoker_hasNoPrivilege() {
        Task caller = Spine.task("acme/runs", "acme/runs");
        Run run = queued(newFunction(), caller);
        Queued taken = spine.runs.queue().take(run.id()).orElseThrow();
        Task invoker = QueuedInvoker.task(taken);
        assertThat(taken.vouched()).isEqualTo(caller.vouched());
        assertThat(invoker.vouchesFor(Component.parse("acme/runs"))).isFalse();
        assertThat(invoker.mayDeliver(Label.parse("acme/runs,T"), Label.PUBLIC)).isFalse();
    }

    @Test
    void whoeverMayHaveVouchedAlone_isCharged_andNobodyForAnother() throws InterruptedException {
        Task caller = Spine.task("acme/runs", "acme/runs");
        assertThat(chargedFor("T,acme/function", caller)).isEqualTo("acme");
        assertThat(chargedFor("T,acme/function|acme/other", caller)).isEqualTo("acme");
        assertThatThrownBy(() -> chargedFor("T,acme/function|blue/function", caller))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.NOT_FOUND));
    }

    @Test
    void anIdempotencyKey_isOneCallersOnly() throws InterruptedException {
        String function = newFunction();
        Task caller = Spine.task("acme/runs", "acme/runs");
        UUID first = keyed(function, caller);
        assertThat(keyed(function, Spine.task("acme/runs", "acme/runs"))).isEqualTo(first);
        Invocation wish = Spine.wish(function, "1", "acme/runs,T", Optional.of("key"));
        assertThat(id(caller, Spine.by("acme/user/bob", wish))).isNotEqualTo(first);
        assertThat(id(caller, Spine.called(function + ":prod", wish))).isNotEqualTo(first);
        assertThat(keyed(function, Spine.task("acme/runs&acme/secret/s", "acme/runs&acme/api")))
                .as("policies lend him more by now")
                .isEqualTo(first);
        UUID hers = keyed(function, alice("T,T"));
        assertThat(keyed(function, alice("T,T"))).isEqualTo(hers);
        assertThat(keyed(function, alice("acme/user/alice,T"))).isNotEqualTo(hers);
    }

    @Test
    void aRepeatedCall_isToldNoMoreThanTheFirst() throws InterruptedException {
        String function = newFunction();
        Task caller = Spine.task("acme/runs", "acme/runs");
        for (int i = 0; i < 2; i++) {
            View view = spine.exec(caller, function, "1", ALICES, Optional.of("withheld"));
            assertThat(view.content()).isEmpty();
            assertThat(view.status()).isEmpty();
            assertThat(view.output()).isEmpty();
        }
    }

    @Test
    void aRunThatThePlatformEnds_isAsSecretAsItsPayload() {
        String function = newFunction();
        Task caller = Spine.task("acme/runs", "acme/runs");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> caller.run(() -> spine.invocations.invoke(wish(function, ALICES))))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        View seen = Spine.task("F", "F")
                .run(() ->
                        spine.runs.list("acme", new Runs.Wanted(Optional.of(function), List.of()), Optional.empty(), 1))
                .getFirst();
        assertThat(seen.content().orElseThrow().status()).isEqualTo(Status.ERROR);
        assertThat(knows(seen.content().orElseThrow(), "acme/user/alice")).isTrue();
    }

    @Test
    void aRunThatThePlatformEnded_isToldOfAgain_onlyToWhoMaySeeRuns() throws InterruptedException {
        String function = newFunction();
        Task runner = Spine.task("acme/runs", "acme/runs");
        FsPath gate = FsPath.home(Label.parse("T,acme/function")).child("stops");
        var everybody = new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.FALSE);
        spine.create(gate, everybody, spec(), Label.parse("T,acme/function"));
        for (Task caller : List.of(runner, Spine.task("T", "acme/user/alice"))) {
            Invocation wish = Spine.wish(gate, function, "1", "T,T", Optional.of("stopped"));
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> caller.run(() -> spine.invocations.invoke(wish)))
                    .isInstanceOf(InterruptedException.class);
            View again = caller.run(() -> spine.invocations.invoke(wish));
            assertThat(again.content().isPresent()).isEqualTo(caller == runner);
            assertThat(again.status().isPresent()).isEqualTo(caller == runner);
        }
    }

    /// What a limited organization does is nothing that another one's user learns by calling as nobody.
    @Test
    void whoIsNobodyInParticular_learnsNoOrganizationsLimits() throws InterruptedException {
        Invocation own = openTo(Spine.ACME, "T,acme/function");
        Invocation anothers = openTo("", "T,acme/function");
        spine.limits.put(Spine.ACME, new Scheduler.Limits(1, 0, Limits.MEMORY_MIB_MIN - 1, 1 << 30));
        try {
            assertThat(refused(own, true)).isEqualTo(Refusal.AT_LIMIT);
            assertThat(refused(own, false)).isEqualTo(Refusal.AT_LIMIT);
            assertThat(refused(anothers, true)).as("as without room in time").isEqualTo(Refusal.DEADLINE_EXCEEDED);
            assertThat(refused(anothers, false)).as("as in a full queue").isEqualTo(Refusal.OVERLOADED);
        } finally {
            spine.limits.remove(Spine.ACME);
        }
    }

    @Test
    void whatNobodyInParticularSends_isAPartOfWhatMayWait() throws InterruptedException {
        Invocation own = openTo(Spine.ACME, "T,acme/function");
        Invocation anothers = openTo("", "T,acme/function");
        spine.limits.put(Spine.ACME, new Scheduler.Limits(1, 8, 1 << 20, 8));
        try {
            assertThat(refused(anothers, false)).isEqualTo(Refusal.OVERLOADED);
            new Task(Label.PUBLIC, Label.PUBLIC, Privilege.NONE).run(() -> spine.invocations.submit(own));
            spine.limits.put(Spine.ACME, new Scheduler.Limits(1, 8, 1 << 20, 1 << 10));
            Run run =
                    new Task(Label.PUBLIC, Label.PUBLIC, Privilege.NONE).run(() -> spine.invocations.submit(anothers));
            assertThat(end(run).status()).isEqualTo(Status.READY);
            await().until(() -> spine.scheduler.used(Spine.ACME).bytes() == 0);
        } finally {
            spine.limits.remove(Spine.ACME);
        }
    }

    /// Somebody who may know what Alice does, and knows so much already.
    private static Task alice(String label) {
        Component his = Component.parse("acme/runs&acme/user/alice");
        return new Task(
                Label.parse(label),
                Label.of(his, Component.TRUE),
                Privilege.mintTcb(his, Component.parse("acme/runs")));
    }

    private static UUID id(Task caller, Invocation wish) throws InterruptedException {
        return caller.run(() -> spine.invocations.invoke(wish)).run().id();
    }

    private static UUID keyed(String function, Task caller) throws InterruptedException {
        return spine.exec(caller, function, "1", "acme/runs,T", Optional.of("key"))
                .run()
                .id();
    }

    private static String chargedFor(String label, Task caller) throws InterruptedException {
        Invocation wish = openTo("", label);
        return caller.run(() -> spine.invocations.invoke(wish)).run().organization();
    }

    /// Of a gate that everybody may enter.
    ///
    /// @param caller the organization of who calls; empty for nobody in particular
    private static Invocation openTo(String caller, String label) {
        FsPath gate = FsPath.home(Label.parse(label)).child("g" + NEXT.incrementAndGet());
        var everybody = new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.FALSE);
        spine.create(gate, everybody, spec(), Label.parse(label));
        return new Invocation(
                caller,
                "open",
                "",
                "",
                gate,
                Label.PUBLIC,
                Bytes.utf8("1"),
                Bytes.utf8("{}"),
                Map.of(),
                Map.of(),
                List.of(),
                Invocation.Asked.NOTHING);
    }

    private static Refusal refused(Invocation wish, boolean isWaitedFor) throws InterruptedException {
        try {
            new Task(Label.PUBLIC, Label.PUBLIC, Privilege.NONE)
                    .run(() -> isWaitedFor ? spine.invocations.invoke(wish).run() : spine.invocations.submit(wish));
        } catch (Refused refused) {
            return refused.refusal();
        }
        throw new AssertionError("it was accepted");
    }

    /// As after a restart: accepted, and not begun.
    private static Run queued(String function, Task caller) {
        return queued(function, caller, "acme/runs,T");
    }

    private static Run queued(String function, Task caller, String start) {
        var existence = Label.parse("acme/runs,acme/runs");
        long now = System.currentTimeMillis();
        var run = new Run(
                UUID.randomUUID(),
                "acme",
                function,
                "id",
                "faas",
                false,
                now,
                now + 60_000,
                List.of(),
                new TreeMap<>(),
                existence,
                Optional.empty());
        spine.runs
                .queue()
                .add(QueuedInvoker.queued(run, wish(function, start), caller, Optional.empty()), Optional.empty());
        return run;
    }

    private static Content end(Run run) {
        return await().dontCatchUncaughtExceptions()
                .until(
                        () -> Spine.task("F", "F")
                                .run(() -> spine.runs.find("acme", run.id()))
                                .flatMap(View::content),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static boolean knows(Content content, String principal) {
        return content.label().secrecy().implies(Component.parse(principal));
    }

    private static Invocation wish(String function, String start) {
        return Spine.wish(function, "1", start, Optional.empty());
    }

    private static String newFunction() {
        String name = "f" + NEXT.incrementAndGet();
        spine.create(name, spec());
        return name;
    }

    /// It returns the label that it has.
    private static FunctionSpec spec() {
        return spine.python(
                "def handle(event, cloudcall):\n    return cloudcall._ask('current_label', {})\n",
                "hello.handle",
                Convention.FAASTEN,
                Limits.DEFAULT);
    }
}
