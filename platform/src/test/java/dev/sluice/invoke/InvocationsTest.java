package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.gate.GatePolicy;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Beginning;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.View;
import dev.sluice.run.Times;
import dev.sluice.testing.Tasks;
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

/// Real guests, from the gate to the answer.
final class InvocationsTest {
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
    void aPythonFunction_answers_andItsLinesAreKept() throws InterruptedException {
        create("hello", "def handle(context, payload):\n    print('hi')\n    return {'sum': payload['a'] + 1}\n");
        Content content = exec("hello", "{\"a\":41}").content().orElseThrow();
        assertThat(content.output()).contains(Spine.json("{\"sum\":42}"));
        assertThat(content.stdout()).containsExactly("hi");
        assertThat(content.label().secrecy()).isEqualTo(Component.parse("acme/runs"));
    }

    @Test
    void aRecord_saysWhatBeganTheRun_andWhereItsTimeWent() throws InterruptedException {
        create("slow", "import time\ndef handle(context, payload):\n    time.sleep(payload)\n    return 1\n");
        View view = exec("slow", "0.2");
        assertThat(view.run().beginning()).isEqualTo(new Beginning(true, Optional.of(Beginning.Cause.REQUEST)));
        Times times = view.content().flatMap(Content::times).orElseThrow();
        assertThat(times.start()).as("a guest was to be had").isPositive();
        assertThat(times.run()).as("the function slept").isGreaterThanOrEqualTo(200_000);
        assertThat(times.answer()).isNotNegative();
        assertThat(times.queue()).isNotNegative();
    }

    @Test
    void aRunThatIsRefusedItsInput_hasNoTimeOfItsOwn() throws InterruptedException {
        create("unloadable", "this is no Python\n");
        Times times = exec("unloadable", "{}").content().flatMap(Content::times).orElseThrow();
        assertThat(times.start()).isPositive();
        assertThat(times.run()).isZero();
        assertThat(times.answer()).isZero();
    }

    @Test
    void aNodeFunction_answers() throws InterruptedException {
        FunctionSpec spec = spine.spec(
                Runtime.NODEJS,
                "hello.js",
                "module.exports = async function (context, payload) { console.log('hi'); return {n: payload.n * 2} }",
                "./hello.js",
                Convention.DISPATCH,
                Limits.DEFAULT);
        spine.create("node", spec);
        Content content = exec("node", "{\"n\":21}").content().orElseThrow();
        assertThat(content.output()).contains(Spine.json("{\"n\":42}"));
        assertThat(content.stdout()).containsExactly("hi");
    }

    @Test
    void aFaastenFunction_readsAndWritesTheFileSystem_asItsGateMay() throws InterruptedException {
        String source = """
                def handle(event, cloudcall):
                    ok = cloudcall.fs_createfile('home:<acme/function/notes&acme/runs,acme/function/notes>:n',
                                                 'acme/function/notes&acme/runs,acme/function/notes')
                    wrote = cloudcall.fs_write('home:<acme/function/notes&acme/runs,acme/function/notes>:n', b'text')
                    denied = cloudcall.fs_createfile('home:<T,acme/function/notes>:public', 'T,acme/function/notes')
                    return {'ok': ok or cloudcall.fs_read('home:<acme/function/notes&acme/runs,acme/function/notes>:n') == b'text', 'wrote': wrote, 'denied': denied}
                """;
        FunctionSpec spec = spine.python(source, "hello.handle", Convention.FAASTEN, Limits.DEFAULT);
        spine.create("notes", Spine.policy("notes", "acme/function/notes"), spec);
        assertThat(exec("notes", "{}").output()).isEmpty();
        String output = spine.exec(Spine.task("acme", "acme/runs"), "notes", "{}")
                .output()
                .orElseThrow()
                .body()
                .utf8();
        assertThat(output).contains("\"ok\":true").contains("\"wrote\":true").contains("\"denied\":false");
        Label label = Label.parse("acme/function/notes&acme/runs,acme/function/notes");
        Task reader = Spine.task("acme", "T");
        assertThat(reader.run(() -> spine.fs.read(FsPath.home(label).child("n"), Kind.FILE))
                        .bytes())
                .isEqualTo(Bytes.utf8("text"));
    }

    @Test
    void aStranger_cannotTell_aGateThatIsThere_fromNone() {
        create("closed", "def handle(context, payload):\n    return 1\n");
        Task stranger = Spine.task("blue/runs", "blue/runs");
        assertThatThrownBy(() -> spine.exec(stranger, "closed", "{}")).isInstanceOf(Refused.class);
        Task reader = Spine.task("acme/runs", "T");
        assertThatThrownBy(() -> spine.exec(reader, "closed", "{}"))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusal()).isEqualTo(Refusal.NOT_FOUND));
        assertThatThrownBy(() -> spine.exec(caller(), "absent", "{}"))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusal()).isEqualTo(Refusal.NOT_FOUND));
    }

    @Test
    void whatARunLearnt_isWithheld_fromWhoMayNotKnowIt() throws InterruptedException {
        create("reader", "def handle(context, payload):\n    return 1\n");
        View view = spine.exec(caller(), "reader", "{}", "acme/runs&acme/user/alice,T", Optional.empty());
        assertThat(view.content()).isEmpty();
        assertThat(view.output()).isEmpty();
        Task alice = Spine.task("acme/runs&acme/user/alice", "acme/runs");
        assertThat(spine.exec(alice, "reader", "{}", "acme/runs&acme/user/alice,T", Optional.empty())
                        .output())
                .isPresent();
    }

    @Test
    void aWarmGuest_servesTheSameLabelAgain_andNoOther() throws InterruptedException {
        create("counter", "n = 0\ndef handle(context, payload):\n    global n\n    n += 1\n    return n\n");
        String high = "acme/runs&acme/user/alice,T";
        assertThat(count(high)).isEqualTo("1");
        assertThat(count(high)).isEqualTo("2");
        assertThat(count("acme/runs,T")).isEqualTo("1");
        assertThat(count("acme/runs,T")).isEqualTo("2");
        assertThat(count("acme/runs&acme/user/bob,T")).isEqualTo("1");
        assertThat(count("acme/runs,T")).isEqualTo("3");
    }

    @Test
    void anException_isTheFunctionsFault_andTheGuestIsKept() throws InterruptedException {
        create("fails", "def handle(context, payload):\n    raise ValueError('no')\n");
        Fault fault = exec("fails", "{}").content().orElseThrow().fault().orElseThrow();
        assertThat(fault.type()).isEqualTo("InputError");
        assertThat(fault.message()).contains("no");
    }

    @Test
    void aRunBeyondItsTimeout_isEnded_andTheNextOneStartsClean() throws InterruptedException {
        FunctionSpec spec = spine.python(
                "import time\ndef handle(context, payload):\n    time.sleep(payload)\n    return 1\n",
                "hello.handle",
                Convention.DISPATCH,
                Spine.limits(Duration.ofMillis(300)));
        spine.create("sleeps", spec);
        Fault fault = exec("sleeps", "60").content().orElseThrow().fault().orElseThrow();
        assertThat(fault).isEqualTo(new Fault("FunctionError", "Function execution exceeded the timeout", List.of()));
        assertThat(exec("sleeps", "0").output()).contains(Spine.json("1"));
    }

    @Test
    void anExit_isTheFunctionsFault() throws InterruptedException {
        create("exits", "import os\ndef handle(context, payload):\n    os._exit(3)\n");
        Fault fault = exec("exits", "{}").content().orElseThrow().fault().orElseThrow();
        assertThat(fault.message()).isEqualTo("the function's process exited with code 3 before it answered");
    }

    @Test
    void memoryWithoutEnd_isTheFunctionsFault() throws InterruptedException {
        create(
                "hungry",
                "def handle(context, payload):\n    x = []\n    while True:\n        x.append(bytearray(1<<20))\n");
        Fault fault = exec("hungry", "{}").content().orElseThrow().fault().orElseThrow();
        assertThat(fault.message()).isEqualTo("the function used more than its 128 MiB of memory");
    }

    @Test
    void printingWithoutEnd_isCut_andEnded() throws InterruptedException {
        create("prints", "def handle(context, payload):\n    while True:\n        print('x' * 1000)\n");
        Content content = exec("prints", "{}").content().orElseThrow();
        assertThat(content.fault().orElseThrow().message()).startsWith("the function printed more than");
        assertThat(content.stdout().getLast()).contains("the rest was not kept");
    }

    @Test
    void aGuestThatDiedWaiting_isReplaced() throws InterruptedException {
        create("patient", "def handle(context, payload):\n    return 1\n");
        ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("/runtime/guest.py"))
                .forEach(ProcessHandle::destroyForcibly);
        assertThat(exec("patient", "{}").output()).contains(Spine.json("1"));
    }

    @Test
    void forkingWithoutEnd_isStopped_andDisturbsNoOtherRun() throws InterruptedException {
        create("quiet", "def handle(context, payload):\n    return payload\n");
        FunctionSpec bomb =
                spine.python("""
                import os, time
                def handle(context, payload):
                    n = 0
                    while True:
                        try:
                            if os.fork() == 0:
                                time.sleep(600)
                            n += 1
                        except OSError as full:
                            return {'children': n, 'errno': full.errno}
                """, "hello.handle", Convention.DISPATCH, Spine.limits(Duration.ofSeconds(20)));
        spine.create("forks", bomb);
        String output = exec("forks", "{}").output().orElseThrow().body().utf8();
        assertThat(output).contains("\"errno\":11");
        assertThat(exec("quiet", "5").output()).contains(Spine.json("5"));
    }

    @Test
    void aResultOfAHundredMegabytes_isTheFunctionsFault() throws InterruptedException {
        FunctionSpec spec = spine.python(
                "def handle(context, payload):\n    return 'x' * (100 << 20)\n",
                "hello.handle",
                Convention.DISPATCH,
                new Limits(1024, Duration.ofSeconds(30)));
        spine.create("large", spec);
        Fault fault = exec("large", "{}").content().orElseThrow().fault().orElseThrow();
        assertThat(fault.type()).isEqualTo("FunctionError");
        assertThat(fault.message()).contains("more than 6291456");
    }

    @Test
    void aResultThatIsNoJson_isTheFunctionsFault() throws InterruptedException {
        create("nojson", "def handle(context, payload):\n    return object()\n");
        Fault fault = exec("nojson", "{}").content().orElseThrow().fault().orElseThrow();
        assertThat(fault.type()).isEqualTo("FunctionError");
        assertThat(fault.message()).contains("JSON");
    }

    @Test
    void aKilledProcess_isTheFunctionsFault() throws InterruptedException {
        create("killed", "import os\ndef handle(context, payload):\n    os.kill(os.getpid(), 9)\n");
        Fault fault = exec("killed", "{}").content().orElseThrow().fault().orElseThrow();
        assertThat(fault.message()).isEqualTo("the function's process was killed by signal 9");
    }

    @Test
    void anIdempotencyKey_givesTheFirstRunAgain() throws InterruptedException {
        create("once", "n = 0\ndef handle(context, payload):\n    global n\n    n += 1\n    return n\n");
        View first = spine.exec(caller(), "once", "{}", "acme/runs,T", Optional.of("k1"));
        View again = spine.exec(caller(), "once", "{}", "acme/runs,T", Optional.of("k1"));
        View other = spine.exec(caller(), "once", "{}", "acme/runs,T", Optional.of("k2"));
        assertThat(again.run()).isEqualTo(first.run());
        assertThat(again.output()).contains(Spine.json("1"));
        assertThat(other.output()).contains(Spine.json("2"));
    }

    @Test
    void aSubmittedRun_isDone_behindTheAnswer() {
        create("later", "def handle(context, payload):\n    return payload\n");
        Task caller = caller();
        Run run = caller.run(() -> spine.invocations.submit(Spine.wish("later", "7", "acme/runs,T", Optional.empty())));
        await().until(() -> find(run).flatMap(View::output).isPresent());
        assertThat(find(run).flatMap(View::output)).contains(Spine.json("7"));
    }

    @Test
    void ofAnOrganizationThatHasEnded_nothingRuns() {
        create("last", "def handle(context, payload):\n    return payload\n");
        Invocation acmes = Spine.wish("last", "7", "acme/runs,T", Optional.empty());
        var wish = new Invocation(
                "gone",
                acmes.function(),
                acmes.functionId(),
                acmes.faasId(),
                acmes.gate(),
                acmes.start(),
                acmes.payload(),
                acmes.context(),
                acmes.headers(),
                acmes.blobs(),
                acmes.secrets(),
                acmes.asked());
        spine.runs.close("gone");
        assertThat(Tasks.refusal(caller(), () -> spine.invocations.invoke(wish)))
                .isEqualTo(Refusal.NOT_FOUND);
        assertThat(Tasks.refusal(caller(), () -> spine.invocations.submit(wish)))
                .isEqualTo(Refusal.NOT_FOUND);
        assertThat(Tasks.refusal(caller(), () -> spine.invocations.submit(acmes)))
                .isNull();
    }

    /// Together with `acme/runs`, which stands on every record, it has one clause too many.
    private static final String LARGEST =
            IntStream.range(0, Component.CLAUSES_MAX).mapToObj(i -> "a" + i).collect(Collectors.joining("&", "", ",T"));

    @Test
    void aRunWhoseLabelFitsNoRecord_isEndedAndWithheld() throws InterruptedException {
        Label label = Label.parse("T,acme/function");
        FsPath gate = FsPath.home(label).child("open");
        var everybody = new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.FALSE);
        FunctionSpec spec =
                spine.python("def handle(c, p):\n    return 1\n", "hello.handle", Convention.DISPATCH, Limits.DEFAULT);
        spine.create(gate, everybody, spec, label);
        Invocation wish = Spine.wish(gate, "open", "7", LARGEST, Optional.empty());

        View view = caller().run(() -> spine.invocations.invoke(wish));
        assertThat(view.content()).isEmpty();
        assertThat(view.output()).isEmpty();
        assertThat(labelSeenByRoot(view.run())).contains(Label.TOP);

        Run submitted = caller().run(() -> spine.invocations.submit(wish));
        await().until(() -> labelSeenByRoot(submitted).equals(Optional.of(Label.TOP)));
    }

    private static Optional<Label> labelSeenByRoot(Run run) {
        return Spine.task("F", "F")
                .run(() -> spine.runs.find(Spine.ACME, run.id()))
                .flatMap(View::content)
                .map(Content::label);
    }

    @Test
    void check_saysWhyAFunctionCannotBeLoaded() throws InterruptedException {
        FunctionSpec good =
                spine.python("def handle(c, p):\n    return 1\n", "hello.handle", Convention.DISPATCH, Limits.DEFAULT);
        FunctionSpec absent =
                spine.python("def handle(c, p):\n    return 1\n", "hello.absent", Convention.DISPATCH, Limits.DEFAULT);
        assertThat(spine.invocations.check(Spine.ACME, good)).isEmpty();
        assertThat(spine.invocations.check(Spine.ACME, absent)).isPresent();
    }

    private static Optional<View> find(Run run) {
        return caller().run(() -> spine.runs.find(Spine.ACME, run.id()));
    }

    private static String count(String start) throws InterruptedException {
        return spine.exec(Spine.task("acme", "acme/runs"), "counter", "{}", start, Optional.empty())
                .output()
                .orElseThrow()
                .body()
                .utf8();
    }

    private static void create(String name, String source) {
        spine.create(name, spine.python(source, "hello.handle", Convention.DISPATCH, Limits.DEFAULT));
    }

    private static View exec(String function, String payload) throws InterruptedException {
        return spine.exec(caller(), function, payload);
    }

    private static Task caller() {
        return Spine.task("acme/runs", "acme/runs");
    }
}
