package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Guests are few and everybody wants them.
final class PoolTest {
    @TempDir
    static Path directory;

    private static World world;
    private static String plain;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        plain = world.alice.open() + ":plain";
        world.script(world.alice, plain, Map.of("timeout", 20_000));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void s48_aFloodOfOne_leavesRoomForAnother() throws Exception {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var flood = new ArrayList<Future<World.Answer>>();
            for (int i = 0; i < 300; i++) {
                flood.add(pool.submit(() -> world.invoke(world.mallory, plain, new Script().local("sleep", "2"))));
            }
            for (int i = 0; i < 5; i++) {
                assertThat(world.outcomes(world.bob, plain, new Script().local("recall", "x")))
                        .hasSize(1);
            }
            long done = flood.stream().filter(Future::isDone).count();
            assertThat(done).isLessThan(flood.size());
            flood.forEach(one -> one.cancel(true));
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void s48_callsInsideCalls_neverWaitForEachOtherForever() throws Exception {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<World.Answer>>();
            for (int i = 0; i < 60; i++) {
                calls.add(pool.submit(() -> world.invoke(world.bob, plain, nested(4))));
            }
            int answered = 0;
            for (Future<World.Answer> call : calls) {
                answered += call.get().status() == 200 ? 1 : 0;
            }
            assertThat(answered).isPositive();
        }
    }

    private static Script nested(int depth) {
        var script = new Script();
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
