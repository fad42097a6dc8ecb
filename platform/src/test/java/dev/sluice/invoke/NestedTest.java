package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.gate.ForgedGates;
import dev.sluice.gate.Gate;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Beginning;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.Runs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions that have others run: real guests.
final class NestedTest {
    private static final Label PLACE = Label.parse("T,acme/function");
    private static final Label SECRET = Label.parse("acme/user/alice,acme/function");
    private static final String SECRET_PATH = "home:<acme/user/alice,acme/function>:secret";

    /// Calls the gate that its event names, and says what came of it and of itself.
    private static final String CALLS = """
            import json, time
            def handle(event, cloudcall):
                asked = {'gate': event['gate'], 'payload': json.dumps(event.get('payload')).encode(),
                         'sync': event.get('sync', True)}
                if 'result_label' in event:
                    asked['result_label'] = event['result_label']
                try:
                    answer = cloudcall._ask('invoke', asked)
                    if answer:
                        answer['body'] = answer['body'].decode()
                except Exception as refused:
                    answer = getattr(refused, 'code', repr(refused))
                label = cloudcall._ask('current_label', {})
                try:
                    cloudcall._ask('create_unlinked', {'kind': 'file', 'label': 'T,T'})
                    public = True
                except Exception as refused:
                    public = False
                if isinstance(answer, dict):
                    answer = [answer['status'], answer['body'], answer['failed']]
                return {'answer': answer, 'label': label, 'public': public}
            """;

    /// Reads the secret, then ends as it is told to.
    private static final String READS = """
            import os, time
            def handle(event, cloudcall):
                secret = cloudcall.fs_read('%s')
                if event == 'crash':
                    os._exit(3)
                if event == 'raise':
                    raise ValueError(str(secret))
                if event == 'sleep':
                    time.sleep(60)
                if event == 'eat':
                    x = []
                    while True:
                        x.append(bytearray(1 << 20))
                return str(secret)
            """.formatted(SECRET_PATH);

    private static final long SLACK_MILLIS = 5;

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory, 4096);
        Task owner = Spine.task("acme", "acme");
        owner.run(() -> spine.fs.create(
                FsPath.home(SECRET).child("secret"),
                Kind.FILE,
                SECRET,
                Bytes.utf8("s3"),
                owner.exercise(Component.TRUE, Component.parse("acme/function"))));
        create("plain", "def handle(event, cloudcall):\n    return event\n", grants("T", "acme"));
        create("reads", READS, grants("T", "acme"));
        create("releases", READS, grants("acme/user/alice", "acme"));
        create("calls", CALLS, grants("T", "acme"), Duration.ofSeconds(20));
        create("calls-low", CALLS, grants("T", "T"), Duration.ofSeconds(20));
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    @Test
    void aCallee_answers_andTaintsItsCallerWithNothingMoreThanItLearnt() throws InterruptedException {
        assertThat(call("calls", "plain", "7"))
                .isEqualTo("{\"answer\":[200,\"7\",false]," + "\"label\":\"T,T\",\"public\":true}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"answer", "crash", "raise", "sleep", "eat"})
    void whateverBecomesOfTheCallee_itsCallerIsTainted(String end) throws InterruptedException {
        assertThat(call("calls", "reads", '"' + end + '"'))
                .contains(end.equals("answer") ? ",false]" : ",true]")
                .contains("\"label\":\"acme/user/alice,T\"")
                .contains("\"public\":false");
    }

    @Test
    void aCallee_learnsNothing_thatItsCallerMayNotKnow() throws InterruptedException {
        assertThat(call("calls-low", "reads", "\"answer\""))
                .contains("None")
                .contains("\"label\":\"T,T\"")
                .contains("\"public\":true");
    }

    @Test
    void whatTheGateDeclassifies_isReleasedInAnAnswer() throws InterruptedException {
        assertThat(call("calls-low", "releases", "\"answer\"")).contains("s3").contains("\"label\":\"T,T\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"crash", "raise", "sleep"})
    void aFailureAboveTheCaller_isOneBit_andNoMessage(String end) throws InterruptedException {
        assertThat(call("calls-low", "releases", '"' + end + '"'))
                .isEqualTo("{\"answer\":[%d,\"\",true],\"label\":\"T,T\",\"public\":true}"
                        .formatted(end.equals("sleep") ? 504 : 500));
    }

    @Test
    void aResultLabel_raisesTheCallerFirst_andBoundsTheCallee() throws InterruptedException {
        assertThat(exec("calls", "{\"gate\":\"%s\",\"result_label\":\"acme/user/bob,T\"}".formatted(path("reads"))))
                .contains("None")
                .contains("\"label\":\"acme/user/bob,T\"");
        assertThat(exec("calls", "{\"gate\":\"%s\",\"result_label\":\"acme/user/alice,T\"}".formatted(path("reads"))))
                .contains("s3")
                .contains("\"label\":\"acme/user/alice,T\"");
        assertThat(exec(
                        "calls-low",
                        "{\"gate\":\"%s\",\"result_label\":\"acme/user/alice,T\"}".formatted(path("plain"))))
                .contains("\"answer\":\"DENIED\"")
                .contains("\"label\":\"T,T\"");
    }

    @Test
    void aGateThatMayNotBeEntered_isAsMissing() throws InterruptedException {
        GatePolicy closed =
                new GatePolicy(Component.TRUE, Component.parse("blue"), Component.TRUE, Component.parse("acme"));
        create("closed", "def handle(event, cloudcall):\n    return 1\n", closed);
        String refused = "{\"answer\":\"NOT_FOUND\",\"label\":\"T,T\",\"public\":true}";
        assertThat(call("calls", "closed", "1")).isEqualTo(refused);
        assertThat(call("calls", "absent", "1")).isEqualTo(refused);
    }

    @Test
    void callsInsideEachOther_areBounded() throws InterruptedException {
        create("recurses", """
                import json
                def handle(event, cloudcall):
                    try:
                        answer = cloudcall._ask('invoke', {'gate': event['gate'], 'sync': True,
                            'payload': json.dumps(event).encode()})
                    except Exception as refused:
                        return {'depth': 0, 'why': refused.code}
                    inner = json.loads(answer['body'])
                    return {'depth': inner['depth'] + 1, 'why': inner['why']}
                """, grants("T", "acme"));
        assertThat(exec("recurses", "{\"gate\":\"" + path("recurses") + "\"}"))
                .contains("\"depth\":" + Chain.DEPTH_MAX)
                .contains("LIMIT");
    }

    @Test
    void aCallee_doesNotOutliveItsCallersDeadline() throws InterruptedException {
        FunctionSpec hasty =
                spine.python(CALLS, "hello.handle", Convention.FAASTEN, Spine.limits(Duration.ofMillis(400)));
        spine.create(FsPath.home(PLACE).child("hasty"), grants("T", "acme"), hasty, PLACE);
        create(
                "sleeps",
                "import time\ndef handle(event, cloudcall):\n    time.sleep(30)\n",
                grants("T", "acme"),
                Duration.ofSeconds(40));
        long before = System.nanoTime();
        View view = view("hasty", "{\"gate\":\"" + path("sleeps") + "\"}", owner());
        assertThat(view.status()).contains(Status.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
        await().until(() -> spine.scheduler.load().leasedMib() == 0);
    }

    @Test
    void aNestedRun_isOnRecord_forWhoMayKnowOfItsInvoker() throws InterruptedException {
        create("recorded", "def handle(event, cloudcall):\n    return event\n", grants("T", "acme"));
        Invocation wish = wish("calls", "{\"gate\":\"" + path("recorded") + "\"}", "acme/user/alice,T");
        owner().run(() -> spine.invocations.invoke(wish));
        assertThat(recorded("acme/runs&acme/user/alice")).hasSize(1);
        Run called = recorded("acme/runs&acme/user/alice").getFirst().run();
        assertThat(called.organization()).isEqualTo("acme");
        assertThat(called.beginning()).isEqualTo(new Beginning(true, Optional.of(Beginning.Cause.RUN)));
        assertThat(recorded("acme/runs")).isEmpty();
    }

    private static List<View> recorded(String reader) {
        return Spine.task(reader, "T")
                .run(() -> spine.runs.list(
                        "acme", new Runs.Wanted(Optional.of(path("recorded")), List.of()), Optional.empty(), 10));
    }

    @Test
    void aRunThatNobodyWaitsFor_isAccepted_andTaintsNobody() throws InterruptedException {
        create("async", READS, grants("T", "acme"));
        assertThat(exec("calls", "{\"gate\":\"%s\",\"sync\":false}".formatted(path("async"))))
                .isEqualTo("{\"answer\":null,\"label\":\"T,T\",\"public\":true}");
        await().until(() -> !Spine.task("F", "F")
                .run(() ->
                        spine
                                .runs
                                .list(
                                        "acme",
                                        new Runs.Wanted(Optional.of(path("async")), List.of()),
                                        Optional.empty(),
                                        1)
                                .stream()
                                .filter(view -> view.content().isPresent())
                                .toList())
                .isEmpty());
    }

    @Test
    void headersBlobsAndTheWholeInvoker_reachTheCallee() throws InterruptedException {
        create("sees", """
                from syscalls import ResponseDict
                def handle(syscall, payload=b'', blobs={}, headers={}, invoker=[]):
                    with syscall.open_blob(blobs['photo']) as blob:
                        content = blob.read().decode()
                    return ResponseDict({'headers': headers, 'content': content, 'payload': payload.decode(),
                                         'invoker': str(invoker.component)}, 201)
                """, grants("T", "acme"));
        create("sends", """
                def handle(event, cloudcall):
                    with cloudcall.create_blob() as blob:
                        blob.write(b'pixels')
                        handle = blob.finalize(b'')
                    answer = cloudcall._ask('invoke', {'gate': event, 'payload': b'not json', 'sync': True,
                        'headers': {'X-Thing': 'v'}, 'blobs': {'photo': handle}})
                    return [answer['status'], answer['body'].decode()]
                """, grants("T", "acme"));
        assertThat(exec("sends", '"' + path("sees") + '"'))
                .contains("201")
                .contains("x-thing")
                .contains("pixels")
                .contains("notjson");
    }

    @Test
    void anInvokerOfTwoNames_isNeverOneOfThem() throws InterruptedException {
        create("who", """
                from syscalls import ResponseRaw
                import json
                def handle(syscall, payload=b'', blobs={}, headers={}, invoker=[]):
                    return ResponseRaw((str(invoker.component) + str(list(invoker))).encode(), 200)
                """, grants("T", "acme"));
        Task both = Spine.task("acme", "alice|bob");
        String seen = view("who", "{}", both).output().orElseThrow().body().utf8();
        assertThat(seen).isEqualTo("alice|bob[]");
    }

    @Test
    void aGateThatIsNotInTheStore_isNotRun() throws InterruptedException {
        Task caller = owner();
        Gate real = caller.run(() -> spine.gates.resolve(FsPath.home(PLACE).child("plain")));
        Gate forged = ForgedGates.withPrivilege(real, Component.FALSE);
        Run run = view("plain", "1", owner()).run();
        assertThat(run.function()).isEqualTo(path("plain"));
        assertThatThrownBy(() -> forged.taskFor(Label.PUBLIC)
                        .run(() -> spine.worker.run("acme", forged, Jobs.of("1"), Jobs.ROOM)))
                .isInstanceOf(Refused.class);
        assertThat(real.taskFor(Label.PUBLIC)
                        .run(() -> spine.worker.run("acme", real, Jobs.of("1"), Jobs.ROOM))
                        .output())
                .isPresent();
    }

    @Test
    void aFailureWhoseAnswerWouldHaveBeenReleased_isOneBit() throws InterruptedException {
        Task stranger = Spine.task("T", "T");
        for (String end : List.of("crash", "raise")) {
            View released = view("releases", '"' + end + '"', stranger);
            assertThat(released.content()).isEmpty();
            assertThat(released.output()).isEmpty();
            assertThat(released.status()).contains(Status.ERROR);
        }
        assertThat(view("releases", "\"sleep\"", stranger).status()).contains(Status.TIMEOUT);
        assertThat(view("releases", "\"answer\"", stranger).output()).isPresent();
        for (String end : List.of("crash", "answer")) {
            assertThat(view("reads", '"' + end + '"', stranger).status()).isEmpty();
        }
    }

    /// Times of refusals and of withheld answers, whatever the cause and the secret: each in the same bucket.
    @Test
    void whatIsWithheldOrRefused_takesTheSameTime_whateverTheCause() throws InterruptedException {
        create("waits", """
                import time
                def handle(event, cloudcall):
                    cloudcall.fs_read('%s')
                    time.sleep(event / 1000)
                    return 1
                """.formatted(SECRET_PATH), grants("T", "acme"));
        create(
                "shut",
                READS,
                new GatePolicy(Component.TRUE, Component.parse("blue"), Component.TRUE, Component.parse("acme")));
        view("waits", "0", Spine.task("T", "T"));
        List<Long> first = times("waits", "0");
        for (List<Long> other : List.of(times("waits", "15"), times("absent", "0"), times("shut", "0"))) {
            assertThat(Collections.min(other)).isBetween(Collections.min(first) - SLACK_MILLIS, Collections.max(first));
        }
        assertThat(Collections.min(first)).isGreaterThanOrEqualTo(Buckets.FIRST.toMillis());
    }

    private static List<Long> times(String name, String payload) throws InterruptedException {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            long before = System.nanoTime();
            try {
                assertThat(view(name, payload, Spine.task("T", "T")).status()).isEmpty();
            } catch (Refused refused) {
                assertThat(refused.refusal()).isEqualTo(Refusal.NOT_FOUND);
            }
            times.add(Duration.ofNanos(System.nanoTime() - before).toMillis());
        }
        return times;
    }

    @Test
    void anIdempotencyKey_givesTheFirstAnswer_toWhoMayNotSeeRuns() throws InterruptedException {
        create(
                "once",
                "n = 0\ndef handle(event, cloudcall):\n    global n\n    n += 1\n    return n\n",
                grants("T", "acme"));
        Task alice = Spine.task("acme/user/alice", "acme/user/alice");
        View first = alice.run(() -> spine.invocations.invoke(keyed("once")));
        View again = alice.run(() -> spine.invocations.invoke(keyed("once")));
        assertThat(again.output()).isEqualTo(first.output()).isPresent();
        assertThat(again.run()).isEqualTo(first.run());
        Task bob = Spine.task("acme/user/alice", "acme/user/bob");
        Invocation bobs = Spine.by("acme/user/bob", keyed("once"));
        assertThat(bob.run(() -> spine.invocations.invoke(bobs)).run()).isNotEqualTo(first.run());
        assertThat(bob.run(() -> spine.invocations.invoke(keyed("once"))).output())
                .isEqualTo(first.output());
    }

    private static Invocation keyed(String name) {
        return Spine.wish(FsPath.home(PLACE).child(name), path(name), "1", "T,T", Optional.of("key"));
    }

    private static Task owner() {
        return Spine.task("acme", "acme");
    }

    private static GatePolicy grants(String declassify, String maxSecrecy) {
        return new GatePolicy(Component.TRUE, Component.TRUE, Component.parse(declassify), Component.parse(maxSecrecy));
    }

    private static void create(String name, String source, GatePolicy policy) {
        create(name, source, policy, Duration.ofSeconds(3));
    }

    private static void create(String name, String source, GatePolicy policy, Duration timeout) {
        FunctionSpec spec = spine.python(source, "hello.handle", Convention.FAASTEN, Spine.limits(timeout));
        spine.create(FsPath.home(PLACE).child(name), policy, spec, PLACE);
    }

    private static String path(String name) {
        return FsPath.home(PLACE).child(name).toString();
    }

    private static String call(String caller, String callee, String payload) throws InterruptedException {
        return exec(caller, "{\"gate\":\"%s\",\"payload\":%s}".formatted(path(callee), payload));
    }

    /// What a function answers to who may know everything; without the time that it took.
    private static String exec(String name, String payload) throws InterruptedException {
        View view = view(name, payload, owner());
        return view.output()
                .orElseThrow(() -> new AssertionError(view.content()
                        .flatMap(Run.Content::fault)
                        .map(Object::toString)
                        .orElse("withheld")))
                .body()
                .utf8()
                .replaceAll(" ", "")
                .replaceAll(",\"duration\":\\d+", "");
    }

    private static View view(String name, String payload, Task caller) throws InterruptedException {
        Invocation wish = wish(name, payload, "T,T");
        return caller.run(() -> spine.invocations.invoke(wish));
    }

    private static Invocation wish(String name, String payload, String start) {
        return Spine.wish(FsPath.home(PLACE).child(name), path(name), payload, start, Optional.empty());
    }
}
