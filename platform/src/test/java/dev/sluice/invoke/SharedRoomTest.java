package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fs.FsPath;
import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.Limits;
import dev.sluice.gate.Gate;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.GuestRoom;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What runs that share guests wait for. Real guests.
final class SharedRoomTest {
    private static final int SEATS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Label PLACE = Label.parse("T,acme/function");
    private static final GatePolicy ANYBODYS =
            new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.parse("acme"));

    /// Calls the gate that its event names, after so many seconds, and says whether it could.
    private static final String CALLS = """
            import time
            def handle(event, cloudcall):
                time.sleep(event['delay'])
                try:
                    answer = cloudcall._ask('invoke', {'gate': event['gate'], 'payload': b'1', 'sync': True})
                    return answer['status']
                except Exception as refused:
                    return getattr(refused, 'code', repr(refused))
            """;

    /// Answers when as many runs are in one process at the same time as its payload says.
    private static final String MEETS = """
            import threading
            together = {}
            lock = threading.Lock()
            def handle(context, payload):
                with lock:
                    barrier = together.setdefault(payload, threading.Barrier(payload, timeout=15))
                barrier.wait()
                return payload
            """;

    @TempDir
    Path directory;

    /// Two runs, each with a call to a guest that they would share and that there is no room for beside them: who waits
    /// for the other's guest keeps nobody waiting.
    @Test
    void callsThatWaitForOneGuest_areSettled_whereNoRunMakesProgress() throws Exception {
        try (var spine = new Spine(directory, 3 * Limits.MEMORY_MIB_MIN);
                var each = Executors.newVirtualThreadPerTaskExecutor()) {
            Limits large = new Limits(2 * Limits.MEMORY_MIB_MIN, PATIENCE);
            spine.create(
                    place("shared"),
                    ANYBODYS,
                    spine.python(
                                    "def handle(context, payload):\n    return payload\n",
                                    "hello.handle",
                                    Convention.DISPATCH,
                                    large)
                            .with(sharing(0)),
                    PLACE);
            spine.create(
                    place("calls"),
                    ANYBODYS,
                    spine.python(CALLS, "hello.handle", Convention.FAASTEN, Spine.limits(PATIENCE)),
                    PLACE);
            long begun = System.nanoTime();
            Future<Run.View> later = each.submit(() -> calls(spine, 5));
            await().until(() -> spine.scheduler.used("acme").memoryMib() == Limits.MEMORY_MIB_MIN);
            Future<Run.View> first = each.submit(() -> calls(spine, 0));
            await().until(() -> spine.scheduler.load().waitingRuns() == 1);
            assertThat(answer(first.get())).isIn("\"LIMIT\"", "200");
            assertThat(answer(later.get())).isIn("\"LIMIT\"", "200");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(25));
            assertThat(spine.scheduler.load().leasedMib()).isZero();
        }
    }

    /// The bound is of instances: as many as share one are in it at once, and no other is started beside it.
    @Test
    void maxInstances_boundsTheInstances_andNotTheRunsInThem() throws Exception {
        try (var spine = new Spine(directory, 1024);
                var each = Executors.newVirtualThreadPerTaskExecutor()) {
            shared(spine, "single", MEETS, 1);
            int before = 2 * Spine.FRESH_OF_EACH;
            await().until(() -> spine.driver.started().size() == before);
            List<Future<Run.View>> views = new ArrayList<>();
            for (int n = 0; n < 3 * SEATS; n++) {
                views.add(each.submit(() -> exec(spine, "single", "4", "acme/runs,T")));
            }
            for (Future<Run.View> view : views) {
                assertThat(answer(view.get())).isEqualTo("4");
            }
            assertThat(spine.driver.started()).hasSize(before + 1);
            assertThat(spine.scheduler.load().leasedMib()).isZero();
        }
    }

    /// Nor can a run at another label have a seat in it: it waits until nobody has.
    @Test
    void whereAllInstancesAreTaken_aRunAtAnotherLabelWaits() throws Exception {
        try (var spine = new Spine(directory, 1024);
                var each = Executors.newVirtualThreadPerTaskExecutor()) {
            shared(spine, "single", """
                    import time
                    def handle(context, payload):
                        begun = time.time()
                        time.sleep(payload)
                        return [begun, time.time()]
                    """, 1);
            Future<Run.View> low = each.submit(() -> exec(spine, "single", "2", "acme/runs,T"));
            await().until(() -> spine.scheduler.load().leasedMib() > 0);
            Run.View high = exec(spine, "single", "0", "acme/runs&acme/user/alice,T");
            assertThat(numbers(high).getFirst())
                    .isGreaterThanOrEqualTo(numbers(low.get()).getLast());
            assertThat(spine.scheduler.load().leasedMib()).isZero();
        }
    }

    /// Those that waited for a guest's seats, and are wanted no more, leave them to who waits for room.
    @Test
    void seatsThatWereLeft_areForWhoWaitsForRoom() throws Exception {
        try (var spine = new Spine(directory, 1024);
                var each = Executors.newVirtualThreadPerTaskExecutor()) {
            shared(spine, "spare", MEETS, 0);
            var room = new OneRoom();
            var unwanted = new Cancellation();
            Future<RunEnd> first = each.submit(() -> job(spine, "spare", "2", new Cancellation(), room));
            await().until(() -> room.free.getQueueLength() == 1);
            List<Future<RunEnd>> leaving = new ArrayList<>();
            for (int n = 1; n < SEATS; n++) {
                leaving.add(each.submit(() -> job(spine, "spare", "2", unwanted, room)));
            }
            await().until(() -> room.pauses.get() == SEATS - 1);
            Future<RunEnd> second = each.submit(() -> job(spine, "spare", "2", new Cancellation(), room));
            await().until(() -> room.free.getQueueLength() == 2);
            unwanted.cancel();
            for (Future<RunEnd> left : leaving) {
                assertThat(left.get().fault().orElseThrow().message()).isEqualTo(Cancellation.REASON);
            }
            room.free.release();
            assertThat(first.get().output().orElseThrow().body().utf8()).isEqualTo("2");
            assertThat(second.get().output().orElseThrow().body().utf8()).isEqualTo("2");
        }
    }

    /// Room for one guest, once it is released.
    private static final class OneRoom implements GuestRoom {
        private final Semaphore free = new Semaphore(0);
        private final AtomicInteger pauses = new AtomicInteger();

        @Override
        public Optional<Runnable> take() throws InterruptedException {
            free.acquire();
            return Optional.of(free::release);
        }

        @Override
        public Runnable pause() {
            pauses.incrementAndGet();
            return () -> {};
        }
    }

    private static RunEnd job(Spine spine, String name, String payload, Cancellation cancellation, GuestRoom room)
            throws InterruptedException {
        Gate gate = Spine.task("acme", "acme/runs").run(() -> spine.gates.resolve(Spine.path(name)));
        Job job = Jobs.of(payload, PATIENCE, Injected.NOTHING, cancellation);
        return gate.taskFor(Label.PUBLIC).run(() -> spine.worker.run("acme", gate, job, room));
    }

    private static void shared(Spine spine, String name, String source, int instancesMax) {
        spine.create(
                name,
                spine.python(source, "hello.handle", Convention.DISPATCH, Spine.limits(PATIENCE))
                        .with(sharing(instancesMax)));
    }

    private static Run.View exec(Spine spine, String name, String payload, String start) throws InterruptedException {
        return spine.exec(Spine.task("acme", "acme/runs"), name, payload, start, Optional.empty());
    }

    private static List<Double> numbers(Run.View view) {
        String json = answer(view);
        int comma = json.indexOf(',');
        return List.of(
                Double.parseDouble(json.substring(1, comma)),
                Double.parseDouble(json.substring(comma + 1, json.length() - 1)));
    }

    private static Run.View calls(Spine spine, int delay) throws InterruptedException {
        Task owner = Spine.task("acme", "acme");
        String payload = "{\"gate\":\"%s\",\"delay\":%d}".formatted(place("shared"), delay);
        return owner.run(
                () -> spine.invocations.invoke(Spine.wish(place("calls"), "calls", payload, "T,T", Optional.empty())));
    }

    private static FsPath place(String name) {
        return FsPath.home(PLACE).child(name);
    }

    private static String answer(Run.View view) {
        return view.output()
                .orElseThrow(() ->
                        new AssertionError(view.content().orElseThrow().fault().toString()))
                .body()
                .utf8();
    }

    private static Deployment sharing(int instancesMax) {
        return new Deployment(Map.of(), instancesMax, 0, SEATS, "", Optional.empty());
    }
}
