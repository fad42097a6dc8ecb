package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.Retry;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.Tried;
import dev.sluice.run.Run.View;
import dev.sluice.schedule.Scheduler;
import dev.sluice.testing.Tasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs that nobody waits for, tried again where they fail, and run anew where they failed for good. Real guests.
@Timeout(120)
final class RetriesTest {
    private static final Retry SOON = new Retry(3, 100, 100, false);
    private static final Retry OWN_ERRORS_TOO = new Retry(3, 100, 100, true);
    private static final Label SECRET = Label.parse("acme/user/alice,acme/function");
    private static final FsPath SECRET_PATH = FsPath.home(SECRET).child("secret");

    /// Does what it is told, and knows how often it was called in this guest.
    private static final String SCRIPT = """
            import os, time
            n = 0
            def handle(context, payload):
                global n
                n += 1
                if payload == 'crash':
                    os._exit(3)
                if payload == 'sleep':
                    time.sleep(60)
                if payload == 'raise' or (payload == 'once' and n == 1):
                    raise RuntimeError('on purpose')
                return n
            """;

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory);
        Task owner = Spine.task("acme", "acme");
        owner.run(() -> spine.fs.create(
                SECRET_PATH,
                Kind.FILE,
                SECRET,
                Bytes.utf8("s3"),
                owner.exercise(Component.TRUE, Component.parse("acme/function"))));
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    @Test
    void aRunThatFailsOnce_isTriedAgain_andIsNoDeadLetter() {
        create("once", SCRIPT, OWN_ERRORS_TOO);
        View view = ended(submit("once", "\"once\""));
        assertThat(view.output()).contains(Spine.json("2"));
        assertThat(view.tried().map(Tried::made)).contains(2);
        assertThat(letters("once")).isEmpty();
    }

    @Test
    void aGuestThatDies_andTimeThatIsUp_areTriedAgain_untilTheTriesAreUsedUp() {
        create("dies", SCRIPT, OWN_ERRORS_TOO);
        create("sleeps", SCRIPT, SOON);
        Run crashes = submit("dies", "\"crash\"");
        Run sleeps = submit("sleeps", "\"sleep\"");
        assertThat(ended(crashes).tried().map(Tried::made)).contains(3);
        assertThat(ended(sleeps).tried().map(Tried::made)).contains(3);
        assertThat(ended(sleeps).status()).contains(Status.TIMEOUT);
        assertThat(letters("dies")).containsExactly(crashes.id());
        assertThat(letters("sleeps")).containsExactly(sleeps.id());
        assertThat(spine.runs.recover()).isEmpty();
    }

    @Test
    void whatAnotherTryDoesNotMend_isADeadLetterAtOnce() {
        create("raises", SCRIPT, SOON);
        Run raises = submit("raises", "\"raise\"");
        assertThat(ended(raises).tried().map(Tried::made)).contains(1);
        Run wrong = caller().run(() -> spine.invocations.submit(wish("raises", "1", List.of("missing"))));
        assertThat(fault(ended(wrong)).type()).isEqualTo("InputError");
        assertThat(ended(wrong).tried().map(Tried::made)).contains(1);
        assertThat(letters("raises")).containsExactlyInAnyOrder(raises.id(), wrong.id());
    }

    @Test
    void aFunctionWithoutAPolicy_andARunThatSomebodyWaitsFor_areTriedOnce() throws InterruptedException {
        spine.create(
                "plain",
                spine.python(SCRIPT, "hello.handle", Convention.DISPATCH, Spine.limits(Duration.ofSeconds(2))));
        assertThat(ended(submit("plain", "\"crash\"")).tried()).isEmpty();
        assertThat(letters("plain")).isEmpty();
        create("waited", SCRIPT, SOON);
        View view = spine.exec(caller(), "waited", "\"crash\"");
        assertThat(view.status()).contains(Status.ERROR);
        assertThat(ended(view.run()).tried()).isEmpty();
        assertThat(letters("waited")).isEmpty();
    }

    @Test
    void aRunThatWaitsForItsNextTry_tellsSo_andCanBeCanceled() throws InterruptedException {
        create("later", SCRIPT, new Retry(10, 3_600_000, 3_600_000, true));
        Run run = submit("later", "\"crash\"");
        Tried tried =
                await().until(() -> find(run).tried(), Optional::isPresent).orElseThrow();
        assertThat(tried.made()).isEqualTo(1);
        assertThat(tried.dueMillis()).isBetween(run.startedMillis(), System.currentTimeMillis() + 3_600_000);
        assertThat(tried.reason()).isNotEmpty();
        assertThat(run.deadlineMillis() - run.startedMillis())
                .as("it may take all tries, and all waits")
                .isGreaterThan(9 * 3_600_000L);
        assertThat(find(run).content()).isEmpty();
        await().until(() -> spine.scheduler.used("acme").waiting() == 1);
        caller().run(() -> spine.invocations.cancel("acme", run.id(), Optional.empty()));
        assertThat(fault(find(run)).message()).isEqualTo("the run was canceled");
        assertThat(find(run).tried().map(Tried::made)).contains(1);
        assertThat(letters("later")).isEmpty();
        await().until(() -> spine.scheduler.used("acme").equals(new Scheduler.Limits(0, 0, 0, 0)));
        assertThat(spine.runs.recover()).isEmpty();
    }

    @Test
    void aRunThatIsCanceledWhileItRuns_isNotTriedAgain() throws InterruptedException {
        create("canceled", SCRIPT, new Retry(3, 100, 100, true), Duration.ofSeconds(20));
        Run run = submit("canceled", "\"sleep\"");
        await().pollDelay(Duration.ofMillis(500))
                .until(() -> spine.scheduler.load().leasedMib() > 0);
        caller().run(() -> spine.invocations.cancel("acme", run.id(), Optional.empty()));
        assertThat(fault(ended(run)).message()).isEqualTo("the run was canceled");
        assertThat(letters("canceled")).isEmpty();
    }

    /// That it is tried again tells how the first try ended, so what it does the second time is as secret as that.
    @Test
    void anotherTry_startsNoLower_thanWhatTheOutcomeOfTheLastMayKnow() {
        String source = """
                def handle(event, cloudcall):
                    label = cloudcall._ask('current_label', {})
                    print(label)
                    cloudcall.fs_read('%s')
                    raise RuntimeError('on purpose')
                """.formatted(SECRET_PATH);
        for (var expected :
                Map.of("tainted", "T", "released", "acme/user/alice").entrySet()) {
            String name = expected.getKey();
            var policy = new GatePolicy(
                    Component.TRUE,
                    Component.parse("acme/runs/" + name),
                    Component.parse(expected.getValue()),
                    Component.parse("acme"));
            var spec = spine.python(source, "hello.handle", Convention.FAASTEN, Spine.limits(Duration.ofSeconds(5)))
                    .with(new Deployment(Map.of(), 0, 0, "", Optional.of(new Retry(2, 100, 100, true))));
            spine.create(name, policy, spec);
            Run run = submit(name, "{}");
            Content content = ended(run).content().orElseThrow();
            assertThat(content.stdout().toString().contains("alice"))
                    .as(name + content.stdout() + content.stderr() + content.fault())
                    .isEqualTo(name.equals("tainted"));
        }
    }

    @Test
    void aLetterThatIsRunAnew_isARunOfWhoAsks_once() {
        create("anew", SCRIPT, new Retry(1, 100, 100, true));
        Run dead = submit("anew", "\"once\"");
        ended(dead);
        assertThat(letters("anew")).containsExactly(dead.id());
        Run anew = caller().run(() -> redrive(dead));
        assertThat(anew.id()).isNotEqualTo(dead.id());
        assertThat(caller().run(() -> redrive(dead))).isEqualTo(anew);
        assertThat(ended(anew).output()).contains(Spine.json("2"));
        assertThat(caller().run(() -> redrive(dead))).isEqualTo(anew);
        assertThat(letters("anew")).isEmpty();
        assertThat(find(dead).status()).as("its record stays").contains(Status.ERROR);
    }

    @Test
    void aLetterIsForWhoMayKnowOfIt_mayRunItsFunction_andSeeItsPayload() {
        create("guarded", SCRIPT, SOON);
        Run dead = caller().run(() -> spine.invocations.submit(
                Spine.wish("guarded", "\"raise\"", "acme/runs&acme/user/alice,T", Optional.empty())));
        ended(dead);
        assertThat(refusal(Spine.task("blue", "blue"), dead)).isEqualTo(Refusal.NOT_FOUND);
        assertThat(refusal(Spine.task("acme/function", "acme/runs"), dead)).isEqualTo(Refusal.NOT_FOUND);
        assertThat(refusal(Spine.task("acme/runs", "acme/runs"), dead)).isEqualTo(Refusal.NOT_FOUND);
        assertThat(refusal(Spine.task("acme/runs&acme/user/alice", "T"), dead)).isEqualTo(Refusal.DENIED);
        assertThat(refusal(Spine.task("acme/runs&acme/user/alice", "acme/runs/guarded"), dead))
                .isEqualTo(Refusal.DENIED);
        assertThat(Tasks.refusal(
                        caller(),
                        () -> spine.invocations
                                .redrives()
                                .redrive("acme", dead.id(), Optional.of("another"), caller())))
                .isEqualTo(Refusal.NOT_FOUND);
        assertThat(letters("guarded")).containsExactly(dead.id());
        for (Task stranger : List.of(Spine.task("blue", "blue"), Spine.task("acme/runs", "acme/runs"))) {
            assertThat(Tasks.refusal(stranger, () -> discard(dead))).isEqualTo(Refusal.NOT_FOUND);
        }
        Task reader = Spine.task("acme/runs&acme/user/alice", "T");
        assertThat(Tasks.refusal(reader, () -> discard(dead))).isEqualTo(Refusal.DENIED);
        assertThat(letters("guarded")).containsExactly(dead.id());
        caller().run(() -> discard(dead));
        assertThat(letters("guarded")).isEmpty();
        assertThat(refusal(caller(), dead)).isEqualTo(Refusal.NOT_FOUND);
        assertThat(Tasks.refusal(caller(), () -> discard(dead))).isEqualTo(Refusal.NOT_FOUND);
    }

    /// How it ended was released, and what it was given was not.
    @Test
    void aLetterThatOneKnowsOf_isNotRunAnew_byWhoMayNotSeeItsPayload() {
        var policy = new GatePolicy(
                Component.TRUE,
                Component.parse("acme/runs/releases"),
                Component.parse("acme/user/alice&acme/secret/missing"),
                Component.parse("acme"));
        spine.create(
                "releases",
                policy,
                spine.python(SCRIPT, "hello.handle", Convention.DISPATCH, Spine.limits(Duration.ofSeconds(2)))
                        .with(new Deployment(Map.of(), 0, 0, "", Optional.of(SOON))));
        Run dead = caller().run(() -> spine.invocations.submit(
                wish("releases", "\"raise\"", "acme/runs&acme/user/alice,T", List.of("missing"))));
        ended(dead);
        Task runner = Spine.task("acme/runs", "acme/runs");
        assertThat(runner.run(() -> spine.runs.findDeadLetter("acme", dead.id())))
                .isPresent();
        assertThat(refusal(runner, dead)).isEqualTo(Refusal.NOT_FOUND);
        assertThat(runner.run(() -> spine.invocations.redrives().secrets("acme", dead.id())))
                .as("what it named is not released either")
                .isEmpty();
        assertThat(caller().run(() -> spine.invocations.redrives().secrets("acme", dead.id())))
                .containsExactly("missing");
        Run anew = caller().run(() -> redrive(dead));
        assertThat(runner.run(() -> spine.runs.find("acme", anew.id())))
                .as("that it was run anew tells what it was given")
                .isEmpty();
        assertThat(refusal(runner, dead)).isEqualTo(Refusal.NOT_FOUND);
        assertThat(caller().run(() -> redrive(dead))).isEqualTo(anew);
    }

    /// A payload that a run was given is not all that it may have read: what the tries learnt is in the letter's label.
    @Test
    void aLettersSecrets_areForWhoReadsThem() {
        create("secretly", SCRIPT, SOON);
        Run dead =
                Spine.task("acme", "acme").run(() -> spine.invocations.submit(wish("secretly", "1", List.of("key"))));
        ended(dead);
        assertThat(caller().run(() -> spine.invocations.redrives().secrets("acme", dead.id())))
                .isEmpty();
        Task all = Spine.task("acme", "acme");
        for (Task runner : List.of(Spine.task("acme/runs", "acme/runs"), Spine.task("acme/secret/key", "T"))) {
            assertThat(Tasks.refusal(
                            all,
                            () -> spine.invocations.redrives().redrive("acme", dead.id(), Optional.empty(), runner)))
                    .isIn(Refusal.DENIED, Refusal.NOT_FOUND);
        }
        assertThat(all.run(() -> spine.invocations.redrives().secrets("acme", dead.id())))
                .containsExactly("key");
    }

    private static @Nullable Refusal refusal(Task task, Run dead) {
        return Tasks.refusal(task, () -> redrive(dead));
    }

    private static Run redrive(Run dead) {
        return spine.invocations.redrives().redrive("acme", dead.id(), Optional.empty(), Task.current());
    }

    private static View discard(Run dead) {
        return spine.invocations.redrives().discard("acme", dead.id(), Optional.empty());
    }

    private static List<UUID> letters(String function) {
        return Spine.task("acme", "T")
                .run(() -> spine.runs.listDeadLetters("acme", Optional.of(function), Optional.empty(), 10))
                .stream()
                .map(view -> view.run().id())
                .toList();
    }

    private static View ended(Run run) {
        return await().atMost(Duration.ofSeconds(60))
                .until(() -> find(run), view -> view.content().isPresent());
    }

    private static Fault fault(View view) {
        return view.content().flatMap(Content::fault).orElseThrow();
    }

    private static View find(Run run) {
        return Spine.task("F", "F").run(() -> spine.runs.find("acme", run.id())).orElseThrow();
    }

    private static Run submit(String function, String payload) {
        return caller().run(
                        () -> spine.invocations.submit(Spine.wish(function, payload, "acme/runs,T", Optional.empty())));
    }

    private static Invocation wish(String function, String payload, List<String> secrets) {
        return wish(function, payload, "acme/runs,T", secrets);
    }

    private static Invocation wish(String function, String payload, String start, List<String> secrets) {
        Invocation plain = Spine.wish(function, payload, start, Optional.empty());
        return new Invocation(
                plain.organization(),
                plain.function(),
                plain.functionId(),
                plain.faasId(),
                plain.gate(),
                plain.start(),
                plain.payload(),
                plain.context(),
                plain.headers(),
                plain.blobs(),
                secrets,
                plain.asked());
    }

    private static Task caller() {
        return Spine.task("acme/runs&acme/user/alice&acme/secret/missing", "acme/runs");
    }

    private static void create(String name, String source, Retry retry) {
        create(name, source, retry, Duration.ofSeconds(2));
    }

    private static void create(String name, String source, Retry retry, Duration timeout) {
        spine.create(
                name,
                spine.python(source, "hello.handle", Convention.DISPATCH, Spine.limits(timeout))
                        .with(new Deployment(Map.of(), 0, 0, "", Optional.of(retry))));
    }
}
