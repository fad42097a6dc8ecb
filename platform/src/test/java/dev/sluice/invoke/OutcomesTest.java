package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.View;
import dev.sluice.run.Runs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a run's end tells, whom, and under which label: where a run fails after it declassified, where one run waits
/// for another, and where it does not. Real guests.
final class OutcomesTest {
    private static final Label PLACE = Label.parse("T,acme/function");

    /// Does what its event says, and tells what came of its call and what it knows by then.
    private static final String SCRIPT = """
            import json, time
            def handle(event, cloudcall):
                for path in event.get('reads', []):
                    cloudcall.fs_read(path)
                if 'declassify' in event:
                    cloudcall._ask('declassify', {'secrecy': event['declassify']})
                said, millis = None, []
                for i in range(event.get('times', 1) if 'gate' in event else 0):
                    before = time.monotonic()
                    try:
                        answer = cloudcall._ask('invoke', {'gate': event['gate'], 'sync': event.get('sync', True),
                                                           'payload': json.dumps(event['payload']).encode()})
                        said = answer and [answer['status'], answer['body'].decode(), answer['failed']]
                    except Exception as refused:
                        said = refused.code
                    millis.append((time.monotonic() - before) * 1000)
                if event.get('raises'):
                    raise ValueError('on purpose')
                if event.get('times'):
                    return min(millis)
                return [said, cloudcall._ask('current_label', {})]
            """;

    private static final String WHO = """
            from syscalls import ResponseRaw
            def handle(syscall, payload=b'', blobs={}, headers={}, invoker=[]):
                return ResponseRaw(str(invoker.component).encode(), 200)
            """;

    /// Two of them are over the cap of one label.
    private static final int MANY = Component.CLAUSES_MAX / 2 + 1;

    @TempDir
    static Path directory;

    private static Spine spine;

    @BeforeAll
    static void start() throws InterruptedException {
        spine = new Spine(directory, 4096);
        secret("acme/user/alice");
        secret("acme/user/bob");
        secret("acme/function/notes");
        secret(many("a"));
        secret(many("b"));
        create("plain", SCRIPT, "T", "T", "acme");
        create("frees", SCRIPT, "acme/function", "T", "acme");
        create("releases", SCRIPT, "T", "acme/user/alice", "acme");
        create("bobs", SCRIPT, "T", "T", "acme/user/bob");
        create("low", SCRIPT, "T", "T", "T");
        create("app", SCRIPT, "acme/function/app", "T", "acme");
        create("who", WHO, "T", "T", "acme");
    }

    @AfterAll
    static void stop() {
        spine.close();
    }

    @Test
    void aFailure_isNotLowered_byWhatTheRunDeclassifiedBefore() throws InterruptedException {
        Task stranger = Spine.task("T", "T");
        String does = "\"reads\":[\"%s\"],\"declassify\":\"T\"".formatted(path("acme/function/notes"));
        assertThat(view("frees", "{" + does + "}", stranger).output()).isPresent();
        View failed = view("frees", "{" + does + ",\"raises\":true}", stranger);
        assertThat(failed.status()).isEmpty();
        assertThat(failed.content()).isEmpty();
    }

    @Test
    void theOneBitOfAFailureAboveTheCaller_taintsHim_withWhatTheGateDoesNotDeclassify() throws InterruptedException {
        String fails =
                "{\"reads\":[\"%s\",\"%s\"],\"raises\":true}".formatted(path("acme/user/alice"), path("acme/user/bob"));
        assertThat(exec("bobs", calls("releases", fails))).isEqualTo("[[500,\"\",true],\"acme/user/bob,T\"]");
    }

    @Test
    void anOutcomeThatFitsNoLabelWithWhatTheCallerKnew_taintsHimWithAllThatHeMayKnow() throws InterruptedException {
        String event = "{\"reads\":[\"%s\"],\"declassify\":\"T\",\"gate\":\"%s\",\"payload\":{\"reads\":[\"%s\"]}}"
                .formatted(path(many("a")), gate("plain"), path(many("b")));
        assertThat(exec("frees", event)).isEqualTo("[\"DENIED\",\"acme,T\"]");
    }

    @Test
    void aCallee_isToldOfItsCaller_notOfWhoInvokedHim() throws InterruptedException {
        assertThat(exec("app", calls("who", "{}"))).startsWith("[[200,\"acme/function/app\",false]");
    }

    @Test
    void anAcceptedRun_isToldOfItsInvoker() {
        Task owner = owner();
        var run = owner.run(() -> spine.invocations.submit(wish("who", "{}")));
        var output = await().until(
                        () -> owner.run(() -> spine.runs.find("acme", run.id())).flatMap(View::output),
                        Optional::isPresent);
        assertThat(output.orElseThrow().body().utf8()).isEqualTo("acme");
    }

    @Test
    void aRunThatNobodyWaitsFor_startsWithWhatItsCallerKnows() throws InterruptedException {
        create("later", SCRIPT, "T", "T", "acme");
        String event = "{\"reads\":[\"%s\"],\"gate\":\"%s\",\"sync\":false,\"payload\":{}}"
                .formatted(path("acme/user/alice"), gate("later"));
        assertThat(exec("plain", event)).isEqualTo("[null,\"acme/user/alice,T\"]");
        List<Content> ended = await().until(
                        () -> Spine.task("F", "F")
                                .run(() -> spine.runs.list(
                                        "acme",
                                        new Runs.Wanted(Optional.of(gate("later")), List.of()),
                                        Optional.empty(),
                                        1))
                                .stream()
                                .flatMap(view -> view.content().stream())
                                .toList(),
                        contents -> !contents.isEmpty());
        assertThat(ended.getFirst().output().orElseThrow().body().utf8()).contains("acme/user/alice");
    }

    @Test
    void theMomentOfAFailureAboveTheCaller_isAnEdge() throws InterruptedException {
        String fails = "{\"reads\":[\"%s\"],\"raises\":true}".formatted(path("acme/user/alice"));
        String event = "{\"times\":5,\"gate\":\"%s\",\"payload\":%s}".formatted(gate("releases"), fails);
        assertThat(Double.parseDouble(exec("low", event))).isGreaterThanOrEqualTo((double) Buckets.FIRST.toMillis());
    }

    private static void secret(String secrecy) {
        Task owner = owner();
        Label label = Label.parse(secrecy + ",acme/function");
        owner.run(() -> spine.fs.create(
                FsPath.home(label).child("secret"),
                Kind.FILE,
                label,
                Bytes.utf8("s3"),
                owner.exercise(Component.TRUE, Component.parse("acme/function"))));
    }

    private static String many(String name) {
        return IntStream.range(0, MANY)
                .mapToObj(i -> "acme/function/" + name + i)
                .collect(Collectors.joining("&"));
    }

    private static Task owner() {
        return Spine.task("acme", "acme");
    }

    private static void create(String name, String source, String privilege, String declassify, String maxSecrecy) {
        var policy = new GatePolicy(
                Component.parse(privilege), Component.TRUE, Component.parse(declassify), Component.parse(maxSecrecy));
        FunctionSpec spec =
                spine.python(source, "hello.handle", Convention.FAASTEN, Spine.limits(Duration.ofSeconds(20)));
        spine.create(FsPath.home(PLACE).child(name), policy, spec, PLACE);
    }

    private static String path(String secrecy) {
        return FsPath.home(Label.parse(secrecy + ",acme/function"))
                .child("secret")
                .toString();
    }

    private static String gate(String name) {
        return FsPath.home(PLACE).child(name).toString();
    }

    private static String calls(String gate, String payload) {
        return "{\"gate\":\"%s\",\"payload\":%s}".formatted(gate(gate), payload);
    }

    private static String exec(String name, String payload) throws InterruptedException {
        return view(name, payload, owner()).output().orElseThrow().body().utf8().replace(" ", "");
    }

    private static View view(String name, String payload, Task caller) throws InterruptedException {
        return caller.run(() -> spine.invocations.invoke(wish(name, payload)));
    }

    private static Invocation wish(String name, String payload) {
        return Spine.wish(FsPath.home(PLACE).child(name), gate(name), payload, "T,T", Optional.empty());
    }
}
