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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs that share a guest in Java. Real guests.
final class SharingJavaTest {
    private static final int TOGETHER = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Does what it is told: `name what`, where names are kept, and a number is seconds to sleep.
    private static final String TOLD = """
            import java.io.*;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.function.BiFunction;

            public class Told implements BiFunction<Map<String, Object>, String, Object> {
                static final List<String> BEGUN = new CopyOnWriteArrayList<>();
                static final CyclicBarrier TOGETHER = new CyclicBarrier(CONCURRENCY);
                static final PrintStream KEPT = System.out;

                @Override
                public Object apply(Map<String, Object> context, String told) {
                    String[] words = told.split(" ");
                    BEGUN.add(words[0]);
                    try {
                        return done(context, words[0], words[1]);
                    } catch (InterruptedException | BrokenBarrierException | TimeoutException | IOException e) {
                        throw new IllegalStateException(e);
                    }
                }

                Object done(Map<String, Object> context, String name, String what)
                        throws InterruptedException, BrokenBarrierException, TimeoutException, IOException {
                    switch (what) {
                        case "none" -> {}
                        case "meet" -> {
                            System.out.print("begins ");
                            System.err.println("errs " + name);
                            meet();
                            KEPT.printf("%s%n", name);
                            meet();
                            var child = new Thread(() -> System.out.println("child of " + name));
                            child.start();
                            child.join();
                            Thread.ofVirtual().start(() -> System.out.println("virtual of " + name)).join();
                            System.out.print("ends " + name);
                        }
                        case "fail" -> {
                            System.out.println("fails");
                            meet();
                            throw new IllegalArgumentException("no " + name);
                        }
                        case "closer" -> {
                            System.out.close();
                            System.err.close();
                            meet();
                            System.out.println("goes on");
                        }
                        case "other" -> {
                            meet();
                            System.out.println(name + " too");
                        }
                        case "exit" -> System.exit(3);
                        case "spin" -> {
                            while (true) {
                                Thread.onSpinWait();
                            }
                        }
                        case "deep" -> deep(0);
                        case "leave" -> {
                            var left = new Thread(() -> {
                                for (int n = 0; ; n++) {
                                    System.out.println("left over");
                                    System.err.println("left over");
                                    sleep(100);
                                }
                            });
                            left.setDaemon(true);
                            left.start();
                            System.out.println("leaves");
                        }
                        case "pool" -> ForkJoinPool.commonPool().submit(() -> System.out.println("from nowhere")).join();
                        case "interrupt" -> {
                            Thread.currentThread().interrupt();
                            System.out.println("interrupted");
                        }
                        case "stream" -> {
                            return java.util.stream.Stream.of(1, 2);
                        }
                        case "output" -> ((OutputStream) context.get("output")).write(1);
                        case "large" -> {
                            return "x".repeat(7 << 20);
                        }
                        default -> sleep(Math.round(Double.parseDouble(what) * 1000));
                    }
                    return String.join(" ", BEGUN);
                }

                static int deep(int n) {
                    System.out.println("deep");
                    return deep(n + 1) + 1;
                }

                static void meet() throws InterruptedException, BrokenBarrierException, TimeoutException {
                    TOGETHER.await(20, TimeUnit.SECONDS);
                }

                static void sleep(long millis) {
                    try {
                        Thread.sleep(millis);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
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

    @Test
    void runs_areInOneProcessAtOnce_andEachHasItsOwnAnswerAndLog() throws Exception {
        create("meets", TOGETHER, PATIENCE);
        int before = spine.driver.started().size();
        List<Run.View> views = all("meets", "0 meet", "1 meet", "2 meet", "3 meet");
        for (int n = 0; n < TOGETHER; n++) {
            assertThat(answer(views.get(n))).matches("\"[0-3]( [0-3]){3}\"");
            assertThat(content(views.get(n)).stdout())
                    .containsExactly("begins " + n, "child of " + n, "virtual of " + n, "ends " + n);
            assertThat(content(views.get(n)).stderr()).containsExactly("errs " + n);
        }
        assertThat(spine.driver.started().size() - before).isEqualTo(1);
    }

    @Test
    void oneFails_andTheOtherSucceeds() throws Exception {
        create("fails", 2, PATIENCE);
        List<Run.View> views = all("fails", "bad fail", "good other");
        assertThat(fault(views.get(0))).isEqualTo("no bad");
        assertThat(content(views.get(0)).fault().orElseThrow().type()).isEqualTo("InputError");
        assertThat(content(views.get(0)).stdout()).containsExactly("fails");
        assertThat(answer(views.get(1))).contains("good");
        assertThat(content(views.get(1)).stdout()).containsExactly("good too");
    }

    @Test
    void aRunThatClosesTheStreams_closesThemForNobody() throws Exception {
        create("closes", 2, PATIENCE);
        List<Run.View> views = all("closes", "one closer", "two other");
        assertThat(content(views.get(0)).stdout()).containsExactly("goes on");
        assertThat(content(views.get(1)).stdout()).containsExactly("two too");
    }

    @Test
    void aThreadThatOutlivesItsRun_isInNoLog() throws Exception {
        create("leaves", 2, PATIENCE);
        Run.View first = exec("leaves", "first leave");
        assertThat(content(first).stdout()).first().isIn("leaves", "left over");
        Run.View second = exec("leaves", "second 1");
        assertThat(answer(second)).isEqualTo("\"first second\"");
        assertThat(content(second).stdout()).isEmpty();
        assertThat(content(second).stderr()).isEmpty();
    }

    @Test
    void whatIsPrintedWithoutARun_isInTheLogOfTheOldest() throws Exception {
        create("raw", 2, PATIENCE);
        exec("raw", "warm none");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Run.View> oldest = each.submit(() -> exec("raw", "oldest 3"));
            letBegin();
            assertThat(content(exec("raw", "newer pool")).stdout()).isEmpty();
            assertThat(content(oldest.get()).stdout()).containsExactly("from nowhere");
        }
    }

    @Test
    void aRunWhoseTimeIsUp_isAnsweredAtOnce_theOthersEnd_andNoneComesIn() throws Exception {
        create("late", TOGETHER, Duration.ofSeconds(4));
        exec("late", "warm none");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Run.View> late = each.submit(() -> exec("late", "late spin"));
            letBegin();
            Future<Run.View> other = each.submit(() -> exec("late", "other 3.6"));
            assertThat(content(late.get()).status()).isEqualTo(Run.Status.TIMEOUT);
            assertThat(other.isDone()).isFalse();
            assertThat(answer(exec("late", "next none"))).isEqualTo("\"next\"");
            assertThat(answer(other.get())).isEqualTo("\"warm late other\"");
        }
    }

    @Test
    void aRunThatIsCanceled_isAnsweredAtOnce_theOthersEnd_andNoneComesIn() throws Exception {
        create("canceled", TOGETHER, PATIENCE);
        run("canceled", "warm none", new Cancellation());
        var cancellation = new Cancellation();
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RunEnd> unwanted = each.submit(() -> run("canceled", "unwanted 60", cancellation));
            letBegin();
            Future<RunEnd> other = each.submit(() -> run("canceled", "other 5", new Cancellation()));
            letBegin();
            cancellation.cancel();
            assertThat(unwanted.get().fault().orElseThrow().message()).isEqualTo(Cancellation.REASON);
            assertThat(output(run("canceled", "next none", new Cancellation()))).isEqualTo("\"next\"");
            assertThat(output(other.get())).isEqualTo("\"warm unwanted other\"");
        }
    }

    /// As `os._exit` in Python and `process.exit` in Node.js.
    @Test
    void aRunThatExits_endsAllRunsOfItsGuest() throws Exception {
        create("exits", TOGETHER, PATIENCE);
        exec("exits", "warm none");
        String message = "the function's process exited with code 3 before it answered";
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Run.View> other = each.submit(() -> exec("exits", "other 20"));
            letBegin();
            assertThat(fault(exec("exits", "it exit"))).endsWith(message);
            assertThat(fault(other.get())).endsWith(message);
        }
        assertThat(answer(exec("exits", "next none"))).isEqualTo("\"next\"");
    }

    @Test
    void aRecursionsEnd_andAnInterruption_areOneRunsOnly() throws Exception {
        create("deep", TOGETHER, PATIENCE);
        exec("deep", "warm none");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Run.View> other = each.submit(() -> exec("deep", "other 2"));
            letBegin();
            assertThat(fault(exec("deep", "it deep"))).isEqualTo(StackOverflowError.class.getName());
            assertThat(content(exec("deep", "it interrupt")).stdout()).containsExactly("interrupted");
            assertThat(answer(other.get())).isEqualTo("\"warm other it it\"");
            assertThat(content(other.get()).stdout()).isEmpty();
        }
    }

    @Test
    void whatNeedsACall_isRefused() throws Exception {
        create("calls", 2, PATIENCE);
        assertThat(fault(exec("calls", "it output"))).startsWith("runs that share an instance make no calls");
        assertThat(fault(exec("calls", "it stream"))).startsWith("runs that share an instance yield nothing");
        assertThat(fault(exec("calls", "it large"))).endsWith("more than 6291456");
        assertThat(run("calls", Jobs.withInput("\"it none\""))
                        .fault()
                        .orElseThrow()
                        .message())
                .startsWith("runs that share an instance cannot read a blob");
        assertThat(answer(exec("calls", "last none"))).isEqualTo("\"it it it last\"");
    }

    @Test
    void aLambdaHandler_isNotLoaded() throws Exception {
        String source = """
                import com.amazonaws.services.lambda.runtime.*;

                public class Handles implements RequestHandler<Object, Object> {
                    public Object handleRequest(Object input, Context context) {
                        return input;
                    }
                }
                """;
        FunctionSpec spec = spine.spec(
                        Runtime.JAVA, "Handles.java", source, "Handles", Convention.AUTO, limits(PATIENCE))
                .with(sharing(2));
        assertThat(spine.worker.check("acme", spec, PATIENCE).orElseThrow())
                .startsWith("concurrency above 1 is for functions of Dispatch's form");
    }

    @Test
    void requestsToOneServer_areInItAtOnce() throws Exception {
        String source = """
                import com.sun.net.httpserver.HttpServer;
                import java.net.InetSocketAddress;
                import java.util.concurrent.*;

                public class Serves {
                    public static void main(String[] arguments) throws Exception {
                        var together = new CyclicBarrier(4);
                        int port = Integer.parseInt(System.getenv("PORT"));
                        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
                        server.createContext("/", exchange -> {
                            byte[] said = exchange.getRequestBody().readAllBytes();
                            try {
                                together.await(20, TimeUnit.SECONDS);
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                            exchange.sendResponseHeaders(200, said.length);
                            exchange.getResponseBody().write(said);
                            exchange.close();
                        });
                        server.setExecutor(Executors.newCachedThreadPool());
                        server.start();
                    }
                }
                """;
        spine.create(
                "serves",
                spine.spec(Runtime.JAVA, "Serves.java", source, "Serves", Convention.HTTP, limits(PATIENCE))
                        .with(sharing(TOGETHER)));
        List<Run.View> views = all("serves", "0", "1", "2", "3");
        for (int n = 0; n < TOGETHER; n++) {
            assertThat(answer(views.get(n))).isEqualTo("\"" + n + "\"");
        }
    }

    private static void create(String name, int concurrency, Duration timeout) {
        spine.create(
                name,
                spine.spec(
                                Runtime.JAVA,
                                "Told.java",
                                TOLD.replace("CONCURRENCY", String.valueOf(concurrency)),
                                "Told",
                                Convention.DISPATCH,
                                limits(timeout))
                        .with(sharing(concurrency)));
    }

    private static Limits limits(Duration timeout) {
        return new Limits(Runtime.JAVA.memoryMibMin(), timeout);
    }

    private static Deployment sharing(int concurrency) {
        return new Deployment(Map.of(), 0, 0, concurrency, "", Optional.empty());
    }

    private static List<Run.View> all(String name, String... told) throws Exception {
        List<Future<Run.View>> views = new ArrayList<>();
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String one : told) {
                views.add(each.submit(() -> exec(name, one)));
            }
            List<Run.View> ended = new ArrayList<>();
            for (Future<Run.View> view : views) {
                ended.add(view.get());
            }
            return ended;
        }
    }

    private static Run.View exec(String name, String told) throws InterruptedException {
        String payload = "\"" + told + "\"";
        return spine.exec(Spine.task("acme", "acme/runs"), name, payload, "acme/runs,T", Optional.empty());
    }

    private static RunEnd run(String name, String told, Cancellation cancellation) throws InterruptedException {
        return run(name, Jobs.of("\"" + told + "\"", PATIENCE, NOTHING, cancellation));
    }

    private static RunEnd run(String name, Job job) throws InterruptedException {
        Gate gate = Spine.task("acme", "acme/runs").run(() -> spine.gates.resolve(Spine.path(name)));
        return gate.taskFor(Label.PUBLIC).run(() -> spine.worker.run("acme", gate, job, Jobs.ROOM));
    }

    private static String output(RunEnd end) {
        return end.output().orElseThrow().body().utf8();
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

    /// A guest that is warm has begun a run by then.
    private static void letBegin() {
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
    }
}
