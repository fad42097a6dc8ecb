package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.fs.FsPath;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.RunIds;
import dev.sluice.run.Runs;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import dev.sluice.testing.FaultyStore;
import dev.sluice.testing.ForgetfulStore;
import dev.sluice.testing.HookedStore;
import dev.sluice.testing.Tasks;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is left of accepted runs and of those with a key when the server stops and starts again. Real guests.
final class RestartTest {
    private static final Label PLACE = Label.parse("T,acme/function");
    private static final String COUNTS =
            "n = 0\ndef handle(context, payload):\n    global n\n    n += 1\n    return n\n";

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
    void aKeyedRunThatWasAnswered_isAnsweredAgain_andNotRunAgain() throws InterruptedException {
        create("counts", COUNTS, PLACE);
        View first = caller().run(() -> over(new ForgetfulStore(spine.store)).invoke(keyed("counts")));
        assertThat(first.output()).contains(Spine.json("1"));
        Invocations restarted = over(spine.store);
        restarted.recover();
        View again = caller().run(() -> restarted.invoke(keyed("counts")));
        assertThat(again.run()).isEqualTo(first.run());
        assertThat(again.output()).isEqualTo(first.output());
        assertThat(again.status()).contains(Status.READY);
    }

    @Test
    void aKeyedRunThatNobodyWaitsFor_isAcceptedOnce_andRunsOnce_overARestartToo() throws InterruptedException {
        create("once", COUNTS, PLACE);
        Run first = caller().run(() -> over(spine.store).submit(keyed("once")));
        assertThat(caller().run(() -> over(spine.store).submit(keyed("once")))).isEqualTo(first);
        await().until(() -> seen(first).flatMap(View::output).isPresent());
        Invocations restarted = over(spine.store);
        assertThat(caller().run(() -> restarted.submit(keyed("once")))).isEqualTo(first);
        restarted.recover();
        assertThat(caller().run(() -> restarted.submit(keyed("once")))).isEqualTo(first);
        assertThat(caller().run(() -> restarted.invoke(keyed("once"))).output()).contains(Spine.json("1"));
        Run blues = caller().run(() -> restarted.submit(of("blue", keyed("once"))));
        assertThat(blues.id()).isNotEqualTo(first.id());
        Invocation bobs = Spine.by("acme/user/bob", keyed("once"));
        assertThat(caller().run(() -> restarted.submit(bobs)).id()).isNotEqualTo(first.id());
        await().until(() -> spine.scheduler.used("acme").bytes() == 0);
    }

    @Test
    void aKeyThatWasUsedWithAnotherInput_isAMistake() throws InterruptedException {
        create("input", COUNTS, PLACE);
        caller().run(() -> spine.invocations.invoke(keyed("input")));
        Invocation other = Spine.wish(FsPath.home(PLACE).child("input"), "input", "2", "T,T", Optional.of("key"));
        assertThat(Tasks.refusal(caller(), () -> spine.invocations.invoke(other)))
                .isEqualTo(Refusal.INVALID);
        assertThat(Tasks.refusal(caller(), () -> spine.invocations.submit(other)))
                .isEqualTo(Refusal.INVALID);
    }

    /// Else the first run, which read others, would be the answer.
    @Test
    void aKeyThatWasUsedForOtherSecrets_isAMistake() {
        create("same", COUNTS, PLACE);
        Invocation first = of("acme", wish(PLACE, "same", Optional.of("key")));
        Task reader = Spine.task("acme/runs&acme/user/alice&acme/secret/missing", "acme/runs");
        var _ = reader.run(() -> spine.invocations.submit(first));
        Invocation other = with(first, List.of("missing"));
        assertThat(Tasks.refusal(reader, () -> spine.invocations.submit(other))).isEqualTo(Refusal.INVALID);
    }

    private static Invocation with(Invocation wish, List<String> secrets) {
        return new Invocation(
                wish.organization(),
                wish.function(),
                wish.functionId(),
                wish.faasId(),
                wish.gate(),
                wish.start(),
                wish.payload(),
                wish.context(),
                wish.headers(),
                wish.blobs(),
                secrets,
                wish.asked());
    }

    /// Both look before either has written.
    @Test
    void ofTwoThatAreAcceptedAtOnce_oneIs() {
        create("both", COUNTS, PLACE);
        var hooked = new HookedStore(spine.store);
        boolean isOver = false;
        for (int at = 1; !isOver; at++) {
            Optional<String> key = Optional.of("key" + at);
            Invocation wish = Spine.wish(FsPath.home(PLACE).child("both"), "both", "1", "T,T", key);
            var faster = new AtomicReference<Run>();
            hooked.armHere(at, () -> faster.set(caller().run(() -> spine.invocations.submit(wish))));
            Run slower = caller().run(() -> over(hooked).submit(wish));
            isOver = hooked.isUnused();
            if (!isOver) {
                assertThat(slower).as("at " + at).isEqualTo(faster.get());
            }
        }
    }

    /// The store fails when the run is to be noted as ended.
    @Test
    void aKeyedRunThatWasCut_isToldAsStopped_andNotRunAgain() throws InterruptedException {
        create("cut", COUNTS, PLACE);
        var failing = new FaultyStore(spine.store, 2, FaultyStore.Fault.NOTHING_DONE);
        assertThatThrownBy(() -> caller().run(() -> over(failing).invoke(keyed("cut"))))
                .isInstanceOf(StoreFailed.class);
        Invocations restarted = over(spine.store);
        restarted.recover();
        View again = caller().run(() -> restarted.invoke(keyed("cut")));
        assertThat(again.status()).contains(Status.ERROR);
        assertThat(again.content().flatMap(Content::fault).orElseThrow().message())
                .isEqualTo("the server stopped while the function ran");
        Invocation anew = wish(PLACE, "cut", Optional.empty());
        assertThat(caller().run(() -> restarted.invoke(anew)).output()).contains(Spine.json("2"));
    }

    /// When it was accepted, the way may have been another.
    @Test
    void anAcceptedRun_startsWithWhatTheWayToItsGateTells() {
        Label secret = Label.parse("acme/user/alice,acme/function");
        create("open", COUNTS, PLACE);
        Task owner = Spine.task("acme", "acme");
        owner.run(() -> {
            spine.fs.link(
                    FsPath.home(PLACE).child("open"),
                    FsPath.home(secret).child("open"),
                    owner.exercise(Component.TRUE, Component.parse("acme/function")));
            return owner;
        });
        Run run = accepted(wish(secret, "open", Optional.empty()));
        spine.invocations.recover();
        Content content = await().until(() -> seen(run).flatMap(View::content), Optional::isPresent)
                .orElseThrow();
        assertThat(content.status()).isEqualTo(Status.READY);
        assertThat(content.label().secrecy().implies(Component.parse("acme/user/alice")))
                .isTrue();
    }

    @Test
    void whereTooManyRunsWait_noneIsAccepted_butAnotherTenants() {
        create("later", COUNTS, PLACE);
        Invocation wish = wish(PLACE, "later", Optional.empty());
        Run waiting = accepted(wish);
        var crowded = new CrowdedStore(spine.store, Backlog.TENANT_UNDER_WAY_MAX + Spine.LIMITS.waiting());
        Invocations invocations = over(crowded);
        invocations.recover();
        assertThatThrownBy(() -> caller().run(() -> invocations.submit(wish)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.AT_LIMIT));
        Run blues = caller().run(() -> invocations.submit(of("blue", wish)));
        crowded.open();
        await().until(() -> seen(waiting).flatMap(View::content).isPresent());
        await().until(() -> seen(blues).flatMap(View::content).isPresent());
    }

    private static Invocations over(Store store) {
        return new Invocations(
                spine.gates,
                spine.scheduler,
                spine.worker,
                spine.secrets,
                new Runs(store, Clock.systemUTC()),
                new RunIds(Clock.systemUTC(), new SecureRandom()),
                spine.audit,
                Clock.systemUTC());
    }

    private static Run accepted(Invocation wish) {
        long now = System.currentTimeMillis();
        var existence = Label.parse("acme/runs,acme/runs");
        var run = new Run(
                UUID.randomUUID(),
                "acme",
                wish.function(),
                "",
                "",
                false,
                now,
                now + 60_000,
                List.of(),
                new TreeMap<>(),
                existence,
                Optional.empty());
        spine.runs.queue().add(QueuedInvoker.queued(run, wish, caller(), Optional.empty()), Optional.empty());
        return run;
    }

    private static Optional<View> seen(Run run) {
        return Spine.task("F", "F").run(() -> spine.runs.find(run.organization(), run.id()));
    }

    private static void create(String name, String source, Label label) {
        var everybody = new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.FALSE);
        FunctionSpec spec = spine.python(source, "hello.handle", Convention.DISPATCH, Limits.DEFAULT);
        spine.create(FsPath.home(label).child(name), everybody, spec, label);
    }

    private static Task caller() {
        return Spine.task("acme/runs&acme/user/alice", "acme/runs");
    }

    private static Invocation keyed(String name) {
        return wish(PLACE, name, Optional.of("key"));
    }

    private static Invocation wish(Label label, String name, Optional<String> key) {
        return Spine.wish(FsPath.home(label).child(name), name, "1", "T,T", key);
    }

    private static Invocation of(String organization, Invocation wish) {
        return new Invocation(
                organization,
                wish.function(),
                wish.functionId(),
                wish.faasId(),
                wish.gate(),
                wish.start(),
                wish.payload(),
                wish.context(),
                wish.headers(),
                wish.blobs(),
                wish.secrets(),
                wish.asked());
    }
}
