package dev.sluice.invoke;

import static dev.sluice.worker.Injected.NOTHING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.gate.Gate;
import dev.sluice.image.Runtime;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Injected;
import dev.sluice.worker.Job;
import dev.sluice.worker.RunEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Which runs share a guest, and what each of them has of it. Real guests.
final class SharingTest {
    private static final int TOGETHER = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Answers when four runs are in one process at the same time.
    private static final String PYTHON_MEETS = """
            import threading
            together = threading.Barrier(4, timeout=20)
            def handle(context, payload):
                print('begins', payload)
                together.wait()
                print('ends', payload)
                return payload
            """;

    private static final String NODE_MEETS = """
            const waiting = [];
            module.exports = async (context, payload) => {
              console.log('begins', payload);
              await new Promise((resolve) => {
                waiting.push(resolve);
                if (waiting.length === 4) waiting.splice(0).forEach((go) => go());
              });
              console.log('ends', payload);
              return payload;
            };
            """;

    /// Says which runs its process has begun so far, and what it was told to do.
    private static final String REMEMBERS = """
            import os, sys, time
            begun = []
            def handle(context, payload):
                name, _, what = payload.partition(' ')
                begun.append(name)
                if what == 'exit':
                    os._exit(3)
                if what == 'raw':
                    os.write(1, b'from nowhere\\n')
                if what == 'call':
                    body = bytes([4]) + (1).to_bytes(4, 'big') + bytes([0])
                    os.write(3, len(body).to_bytes(4, 'big') + body)
                if what == 'flood':
                    while True:
                        print('x' * (1 << 20))
                if what.replace('.', '').isdigit():
                    time.sleep(float(what))
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

    @ParameterizedTest
    @EnumSource(names = {"PYTHON3", "NODEJS"})
    void runs_areInOneProcessAtOnce_andEachHasItsOwnAnswerAndLog(Runtime runtime) throws Exception {
        String name = "meets-" + runtime.language();
        boolean isPython = runtime == Runtime.PYTHON3;
        create(name, runtime, isPython ? PYTHON_MEETS : NODE_MEETS, Spine.limits(PATIENCE));
        int before = starts();
        List<Run.View> views = all(name, payloads(TOGETHER));
        for (int n = 0; n < views.size(); n++) {
            assertThat(answer(views.get(n))).isEqualTo(String.valueOf(n));
            assertThat(content(views.get(n)).stdout()).containsExactly("begins " + n, "ends " + n);
        }
        assertThat(starts() - before).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"PYTHON3", "NODEJS"})
    void requestsToOneServer_areInItAtOnce(Runtime runtime) throws Exception {
        String python = """
                import http.server, os, threading
                together = threading.Barrier(4, timeout=20)
                class Meets(http.server.BaseHTTPRequestHandler):
                    def do_POST(self):
                        said = self.rfile.read(int(self.headers['content-length']))
                        together.wait()
                        self.send_response(200)
                        self.end_headers()
                        self.wfile.write(said)
                    def log_message(self, *_):
                        pass
                http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Meets).serve_forever()
                """;
        String node = """
                const waiting = [];
                require('http').createServer(async (request, response) => {
                  const said = [];
                  for await (const piece of request) said.push(piece);
                  waiting.push(() => response.end(Buffer.concat(said)));
                  if (waiting.length === 4) waiting.splice(0).forEach((go) => go());
                }).listen(process.env.PORT, '127.0.0.1');
                """;
        String name = "serves-" + runtime.language();
        boolean isPython = runtime == Runtime.PYTHON3;
        String file = isPython ? "hello.py" : "hello.js";
        spine.create(
                name,
                spine.spec(runtime, file, isPython ? python : node, file, Convention.HTTP, Spine.limits(PATIENCE))
                        .with(sharing(TOGETHER)));
        List<Run.View> views = all(name, payloads(TOGETHER));
        for (int n = 0; n < views.size(); n++) {
            assertThat(answer(views.get(n))).isEqualTo(String.valueOf(n));
        }
    }

    @Test
    void coroutines_shareALoop() throws Exception {
        String source = """
                import asyncio, sys
                waiting = []
                async def handle(context, payload):
                    print('begins', payload)
                    waiting.append(asyncio.get_running_loop().create_future())
                    if len(waiting) == 4:
                        for one in waiting:
                            one.set_result(None)
                    await waiting[payload] if payload < len(waiting) else None
                    while len(waiting) < 4:
                        await asyncio.sleep(0.01)
                    if payload == 1:
                        sys.exit('enough')
                    print('ends', payload)
                    return payload
                """;
        create("coroutines", Runtime.PYTHON3, source, Spine.limits(PATIENCE));
        List<Run.View> views = all("coroutines", payloads(TOGETHER));
        for (int n : List.of(0, 2, 3)) {
            assertThat(answer(views.get(n))).isEqualTo(String.valueOf(n));
            assertThat(content(views.get(n)).stdout()).containsExactly("begins " + n, "ends " + n);
        }
        assertThat(fault(views.get(1))).isEqualTo("the function exited: enough");
    }

    @Test
    void whatNobodyCaught_isItsRuns() throws Exception {
        String source = """
                module.exports = (context, payload) => new Promise((resolve, reject) => {
                  if (payload === 1) setTimeout(() => { throw new Error('thrown'); }, 200);
                  else if (payload === 2) setTimeout(() => { Promise.reject(new Error('rejected')); }, 200);
                  else setTimeout(() => { process.stdout.write('late\\n'); resolve(payload); }, 800);
                });
                """;
        create("stray", Runtime.NODEJS, source, Spine.limits(PATIENCE));
        List<Run.View> views = all("stray", payloads(TOGETHER));
        assertThat(fault(views.get(1))).isEqualTo("thrown");
        assertThat(fault(views.get(2))).isEqualTo("rejected");
        assertThat(answer(views.get(0))).isEqualTo("0");
        assertThat(answer(views.get(3))).isEqualTo("3");
        assertThat(content(views.get(3)).stdout()).containsExactly("late");
    }

    /// What both know is kept apart by nothing else.
    @Test
    void runsAtDifferentLabels_neverMeetInAGuest_andThoseAtOneDo() throws Exception {
        create("labels", Runtime.PYTHON3, REMEMBERS, Spine.limits(PATIENCE));
        exec("labels", "\"warm\"");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Run.View> low = each.submit(() -> exec("labels", "\"low 4\""));
            letBegin();
            Future<Run.View> high = each.submit(() -> exec("labels", "\"high 2\"", "acme/runs&acme/user/alice,T"));
            Future<Run.View> lower = each.submit(() -> exec("labels", "\"lower 1\"", "T,T"));
            Future<Run.View> same = each.submit(() -> exec("labels", "\"same\""));
            assertThat(answer(same.get())).isEqualTo("\"warm low same\"");
            assertThat(answer(high.get())).isEqualTo("\"high\"");
            assertThat(answer(lower.get())).isEqualTo("\"lower\"");
            assertThat(answer(low.get())).isEqualTo("\"warm low same\"");
        }
    }

    /// What a secret was before is nobody's who has it as it is now; and an organization's guest is its own.
    @Test
    void runsWithOtherSecrets_orOfAnotherTenant_doNotMeet() throws Exception {
        create("apart", Runtime.PYTHON3, REMEMBERS, Spine.limits(PATIENCE));
        job("apart", "acme", secrets("s 1"), "\"warm\"");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RunEnd> first = each.submit(() -> job("apart", "acme", secrets("s 1"), "\"first 4\""));
            letBegin();
            assertThat(output(job("apart", "acme", secrets("s 2"), "\"second\"")))
                    .isEqualTo("\"second\"");
            assertThat(output(job("apart", "blue", secrets("s 1"), "\"third\"")))
                    .isEqualTo("\"third\"");
            assertThat(output(job("apart", "acme", secrets("s 1"), "\"fourth\"")))
                    .isEqualTo("\"warm first fourth\"");
            assertThat(output(first.get())).isEqualTo("\"warm first fourth\"");
        }
    }

    @Test
    void aRunWhoseTimeIsUp_isAnsweredAtOnce_theOthersEnd_andNoneComesIn() throws Exception {
        create("late", Runtime.PYTHON3, REMEMBERS, Spine.limits(Duration.ofSeconds(3)));
        exec("late", "\"warm\"");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Run.View> late = each.submit(() -> exec("late", "\"late 60\""));
            letBegin();
            Future<Run.View> other = each.submit(() -> exec("late", "\"other 2.7\""));
            assertThat(content(late.get()).status()).isEqualTo(Run.Status.TIMEOUT);
            assertThat(other.isDone()).isFalse();
            assertThat(answer(exec("late", "\"next\""))).isEqualTo("\"next\"");
            assertThat(answer(other.get())).isEqualTo("\"warm late other\"");
        }
        assertThat(answer(exec("late", "\"last\""))).isEqualTo("\"next last\"");
        awaitOnlyIdleAreOpen();
    }

    @Test
    void aRunThatIsCanceled_isAnsweredAtOnce_theOthersEnd_andNoneComesIn() throws Exception {
        create("canceled", Runtime.PYTHON3, REMEMBERS, Spine.limits(PATIENCE));
        job("canceled", "acme", NOTHING, "\"warm\"");
        var cancellation = new Cancellation();
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RunEnd> unwanted = each.submit(
                    () -> run("canceled", "acme", Jobs.of("\"unwanted 60\"", PATIENCE, NOTHING, cancellation)));
            letBegin();
            Future<RunEnd> other = each.submit(() -> job("canceled", "acme", NOTHING, "\"other 3\""));
            letBegin();
            cancellation.cancel();
            assertThat(unwanted.get().fault().orElseThrow().message()).isEqualTo(Cancellation.REASON);
            assertThat(output(job("canceled", "acme", NOTHING, "\"next\""))).isEqualTo("\"next\"");
            assertThat(output(other.get())).isEqualTo("\"warm unwanted other\"");
        }
        awaitOnlyIdleAreOpen();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exit | the function's process exited with code 3 before it answered",
                "call | runs that share an instance call nothing of the platform",
                "flood | the function printed more than 67108864 bytes"
            })
    void whatEndsAGuest_endsAllItsRuns(String what, String message) throws Exception {
        create("ends-" + what, Runtime.PYTHON3, REMEMBERS, Spine.limits(PATIENCE));
        exec("ends-" + what, "\"warm\"");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Run.View> other = each.submit(() -> exec("ends-" + what, "\"other 15\""));
            letBegin();
            assertThat(fault(exec("ends-" + what, "\"it " + what + "\""))).endsWith(message);
            assertThat(fault(other.get())).endsWith(message);
        }
        assertThat(answer(exec("ends-" + what, "\"next\""))).isEqualTo("\"next\"");
        awaitOnlyIdleAreOpen();
    }

    @Test
    void whatIsPrintedWithoutARun_isInTheLogOfTheOldest() throws Exception {
        create("raw", Runtime.PYTHON3, REMEMBERS, Spine.limits(PATIENCE));
        exec("raw", "\"warm\"");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Run.View> oldest = each.submit(() -> exec("raw", "\"oldest 3\""));
            letBegin();
            assertThat(content(exec("raw", "\"newer raw\"")).stdout()).isEmpty();
            assertThat(content(oldest.get()).stdout()).containsExactly("from nowhere");
        }
    }

    /// A guest may name whichever of its runs it likes: they all know the same, and their records are labeled so.
    @Test
    void aGuestThatSwapsItsRuns_tellsNobodyWhatHeMayNotKnow() throws Exception {
        String source = """
                import threading
                together, runs = threading.Barrier(2, timeout=20), {}
                def handle(context, payload):
                    from sluice_guest import shared
                    runs[payload] = shared._current.get()
                    together.wait()
                    shared._current.set(runs[1 - payload])
                    print('of', payload)
                    together.wait()
                    if payload == 0:
                        runs[0]._ident, runs[1]._ident = runs[1]._ident, runs[0]._ident
                    together.wait()
                    return payload
                """;
        create("swaps", Runtime.PYTHON3, source, Spine.limits(PATIENCE));
        List<Run.View> views = all("swaps", payloads(2));
        assertThat(answer(views.get(0))).isEqualTo("1");
        assertThat(answer(views.get(1))).isEqualTo("0");
        assertThat(content(views.get(0)).label())
                .isEqualTo(content(views.get(1)).label());
    }

    @Test
    void aFunctionThatYields_isToldThatItCannot() throws Exception {
        create("yields", Runtime.PYTHON3, "def handle(context, payload):\n    yield 1\n", Spine.limits(PATIENCE));
        assertThat(fault(exec("yields", "1"))).startsWith("runs that share an instance yield nothing");
        create("yields-too", Runtime.NODEJS, "module.exports = function* () { yield 1; };", Spine.limits(PATIENCE));
        assertThat(fault(exec("yields-too", "1"))).startsWith("runs that share an instance yield nothing");
    }

    /// Each has a thread, and another one where a server has them for its requests.
    @ParameterizedTest
    @EnumSource(names = {"PYTHON3", "JAVA"})
    void asManyAsMayBe_areInOneGuestAtOnce(Runtime runtime) throws Exception {
        int most = Deployment.CONCURRENCY_MAX;
        String python = """
                import threading
                together = threading.Barrier(%d, timeout=20)
                def handle(context, payload):
                    other = threading.Thread(target=together.wait)
                    other.start()
                    other.join()
                    return payload
                """;
        String java = """
                import java.util.concurrent.*;
                import java.util.function.BiFunction;
                public class Meets implements BiFunction<Object, Object, Object> {
                    static final CountDownLatch TOGETHER = new CountDownLatch(%d);
                    public Object apply(Object context, Object payload) {
                        try {
                            var other = new Thread(() -> {
                                TOGETHER.countDown();
                                try {
                                    TOGETHER.await(20, TimeUnit.SECONDS);
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
                            other.start();
                            other.join();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        return payload;
                    }
                }
                """;
        String name = "most-" + runtime.language();
        boolean isPython = runtime == Runtime.PYTHON3;
        FunctionSpec spec = spine.spec(
                runtime,
                isPython ? "hello.py" : "Meets.java",
                (isPython ? python : java).formatted(most),
                isPython ? "hello.handle" : "Meets",
                Convention.DISPATCH,
                new Limits(runtime.memoryMibMin(), PATIENCE));
        spine.create(name, spec.with(sharing(most)));
        List<Run.View> views = all(name, payloads(most));
        for (int n = 0; n < most; n++) {
            assertThat(answer(views.get(n))).isEqualTo(String.valueOf(n));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PYTHON3", "NODEJS"})
    void theContextsFiles_areRefused(Runtime runtime) throws Exception {
        String python = """
                def handle(context, payload):
                    if context.input is None:
                        context.output.write(b'x')
                """;
        String node = "module.exports = (context) => { if (context.input === null) context.output.write('x'); };";
        String name = "files-" + runtime.language();
        create(name, runtime, runtime == Runtime.PYTHON3 ? python : node, Spine.limits(PATIENCE));
        assertThat(fault(exec(name, "1"))).startsWith("runs that share an instance make no calls");
        RunEnd end = run(name, "acme", Jobs.withInput("1"));
        assertThat(end.fault().orElseThrow().message()).startsWith("runs that share an instance cannot read a blob");
    }

    @Test
    void functionsOfOtherForms_areNotLoaded() throws Exception {
        FunctionSpec faasten = spine.python(
                        "def handle(event, cloudcall):\n    return 1\n",
                        "hello.handle",
                        Convention.AUTO,
                        Limits.DEFAULT)
                .with(sharing(2));
        FunctionSpec powershell = spine.spec(Runtime.POWERSHELL, "a.ps1", "1", "a", Convention.DISPATCH, Limits.DEFAULT)
                .with(sharing(2));
        for (FunctionSpec spec : List.of(faasten, powershell)) {
            assertThat(spine.worker.check("acme", spec, PATIENCE).orElseThrow())
                    .startsWith("concurrency above 1 is for functions of Dispatch's form");
        }
    }

    /// The guest's memory is there once, whoever comes and goes.
    @Test
    void runsThatShare_holdOneGuestsMemory_untilTheLastEnds(@TempDir Path another) throws Exception {
        try (var narrow = new Spine(another, Limits.MEMORY_MIB_MIN)) {
            narrow.create(
                    "narrow",
                    narrow.python(PYTHON_MEETS, "hello.handle", Convention.DISPATCH, Spine.limits(PATIENCE))
                            .with(sharing(TOGETHER)));
            List<Future<Run.View>> views = new ArrayList<>();
            try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int n = 0; n < 3 * TOGETHER; n++) {
                    String payload = String.valueOf(n);
                    views.add(each.submit(() -> narrow.exec(Spine.task("acme", "acme/runs"), "narrow", payload)));
                }
                for (Future<Run.View> view : views) {
                    assertThat(view.get().output()).isPresent();
                }
            }
            assertThat(narrow.scheduler.load().leasedMib()).isZero();
            assertThat(narrow.scheduler.used("acme").runs()).isZero();
        }
    }

    private static List<String> payloads(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    private static List<Run.View> all(String name, List<String> payloads) throws Exception {
        List<Future<Run.View>> views = new ArrayList<>();
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String payload : payloads) {
                views.add(each.submit(() -> exec(name, payload)));
            }
            List<Run.View> ended = new ArrayList<>();
            for (Future<Run.View> view : views) {
                ended.add(view.get());
            }
            return ended;
        }
    }

    private static Run.View exec(String name, String payload) throws InterruptedException {
        return exec(name, payload, "acme/runs,T");
    }

    private static Run.View exec(String name, String payload, String start) throws InterruptedException {
        return spine.exec(Spine.task("acme", "acme/runs"), name, payload, start, Optional.empty());
    }

    private static String answer(Run.View view) {
        return view.output()
                .orElseThrow(() -> new AssertionError(content(view).fault().toString()))
                .body()
                .utf8();
    }

    private static Run.Content content(Run.View view) {
        return view.content().orElseThrow();
    }

    private static String fault(Run.View view) {
        return content(view).fault().orElseThrow().message();
    }

    private static RunEnd job(String name, String tenant, Injected injected, String payload)
            throws InterruptedException {
        return run(name, tenant, Jobs.of(payload, PATIENCE, injected, new Cancellation()));
    }

    private static RunEnd run(String name, String tenant, Job job) throws InterruptedException {
        Gate gate = Spine.task("acme", "acme/runs").run(() -> spine.gates.resolve(Spine.path(name)));
        return gate.taskFor(Label.PUBLIC).run(() -> spine.worker.run(tenant, gate, job, Jobs.ROOM));
    }

    private static String output(RunEnd end) {
        return end.output().orElseThrow().body().utf8();
    }

    private static Injected secrets(String source) {
        return new Injected(Map.of("k", "value"), Map.of(), List.of(source));
    }

    /// A guest that is warm has begun a run by then.
    private static void letBegin() {
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
    }

    private static void awaitOnlyIdleAreOpen() {
        int freshMib = Spine.FRESH_OF_EACH * 2 * Limits.MEMORY_MIB_MIN;
        await().until(() -> spine.driver.openMib() == freshMib + spine.worker.idleMib());
    }

    private static int starts() {
        return spine.driver.started().size();
    }

    private static FunctionSpec create(String name, Runtime runtime, String source, Limits limits) {
        boolean isPython = runtime == Runtime.PYTHON3;
        FunctionSpec spec = spine.spec(
                        runtime,
                        isPython ? "hello.py" : "hello.js",
                        source,
                        isPython ? "hello.handle" : "./hello.js",
                        Convention.DISPATCH,
                        limits)
                .with(sharing(TOGETHER));
        spine.create(name, spec);
        return spec;
    }

    private static Deployment sharing(int concurrency) {
        return new Deployment(Map.of(), 0, 0, concurrency, "", Optional.empty());
    }
}
