package dev.sluice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fuzz.Scenario.Body;
import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same scenarios with Python in sandboxes. Only those are counted in which a guest runs.
final class RealGuestsTest {
    private static final int PAIRS_MIN = 200;
    private static final int ROUNDS_MAX = 1;
    private static final int SEED = 9_000_000;

    @TempDir
    private Path directory;

    /// One driver for all worlds.
    private record Shared(SandboxDriver driver, AtomicInteger started) implements SandboxDriver {
        @Override
        public Sandbox start(GuestSpec spec) throws SandboxFailed, InterruptedException {
            started.incrementAndGet();
            return driver.start(spec);
        }

        @Override
        public Isolation isolation() {
            return driver.isolation();
        }

        @Override
        public boolean offers(String runtime) {
            return driver.offers(runtime);
        }

        @Override
        public void close() {
            // The test closes what all worlds share.
        }
    }

    @Test
    void worldsThatDifferInSecrets_lookTheSame_toRealFunctions() throws InterruptedException, GeneralSecurityException {
        Path guest = Path.of("..", "guest").toAbsolutePath().normalize();
        var options = NamespaceOptions.of(
                directory,
                Map.of(
                        NamespaceOptions.PYTHON3, guest.resolve("python"),
                        NamespaceOptions.NODEJS, guest.resolve("node")));
        var next = new AtomicInteger(SEED);
        var run = new AtomicInteger();
        var leaks = new ConcurrentLinkedQueue<String>();
        Realm realm = Realm.found();
        try (SandboxDriver driver = NamespaceDriver.open(options)) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    while (run.get() < PAIRS_MIN && leaks.isEmpty()) {
                        compare(realm, driver, Generator.scenario(next.getAndIncrement(), ROUNDS_MAX), run, leaks);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(leaks).isEmpty();
        assertThat(run.get()).isGreaterThanOrEqualTo(PAIRS_MIN);
    }

    private static void compare(
            Realm realm, SandboxDriver driver, Scenario scenario, AtomicInteger run, Queue<String> leaks) {
        if (scenario.steps().stream().anyMatch(RealGuestsTest::runsSomething)) {
            var started = new AtomicInteger();
            try (var pairs = new Pairs(realm, () -> new Shared(driver, started))) {
                pairs.leak(scenario).ifPresent(leak -> leaks.add(scenario + leak.difference()));
            }
            if (started.get() > 0) {
                run.incrementAndGet();
            }
        }
    }

    private static boolean runsSomething(Step step) {
        return step.body() instanceof Body.Payload;
    }
}
