package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// At most ten guests at once, and everybody wants them.
final class PoolTest {
    @TempDir
    Path directory;

    private World world;
    private String plain;

    @BeforeEach
    void start() throws Exception {
        world = new World(directory, "--guest-mib", "1280");
        plain = world.alice.open() + ":plain";
        world.script(world.alice, plain, Map.of("timeout", 20_000));
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void s48_aFloodOfOne_leavesRoomForAnother() throws Exception {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var flood = new ArrayList<Future<World.Answer>>();
            for (int i = 0; i < 150; i++) {
                flood.add(pool.submit(() -> world.invoke(world.mallory, plain, new Script().local("sleep", "1"))));
            }
            await().until(() -> done(flood) > 0);
            long before = done(flood);
            assertThat(world.outcomes(world.bob, plain, new Script().local("recall", "x")))
                    .hasSize(1);
            assertThat(done(flood) - before).isLessThan(flood.size() / 3);
            flood.forEach(one -> one.cancel(true));
        }
    }

    private static long done(List<Future<World.Answer>> flood) {
        return flood.stream().filter(Future::isDone).count();
    }

    /// Each first takes room, and then wants more of it.
    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void s48_callsInsideCalls_neverWaitForEachOtherForever() throws Exception {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<World.Answer>>();
            for (int i = 0; i < 20; i++) {
                calls.add(pool.submit(() -> world.invoke(world.bob, plain, nested(2))));
            }
            for (Future<World.Answer> call : calls) {
                assertThat(call.get().status()).isEqualTo(200);
            }
        }
    }

    private Script nested(int depth) {
        var script = new Script().local("sleep", "0.5");
        return depth == 0
                ? script
                : script.call(
                        "invoke",
                        "gate",
                        plain,
                        "payload",
                        Map.of("octets", nested(depth - 1).json()),
                        "sync",
                        true);
    }
}
