package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fs.FsPath;
import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.Limits;
import dev.sluice.gate.GatePolicy;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What runs that share guests wait for. Real guests.
final class SharedRoomTest {
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
        return new Deployment(Map.of(), instancesMax, 0, 4, "", Optional.empty());
    }
}
