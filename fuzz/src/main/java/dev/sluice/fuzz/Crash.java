package dev.sluice.fuzz;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.fuzz.FailingStore.Fault;
import dev.sluice.fuzz.Scenario.Seed;
import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.http.Handler;
import dev.sluice.http.LocalServer;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// Carries out a scenario on a server whose store fails at one of its calls, and starts another server on what is
/// left. For one thread.
final class Crash implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int SEED_AFTER = 2_000;
    private static final int STATUS_FROM = "HTTP/1.1 ".length();
    private static final char GOOD = '2';

    private final Realm realm;
    private final Sink sink = Sink.open();
    private final AtomicReference<Handler> current = new AtomicReference<>(_ -> {
        throw new IllegalStateException("there is no world");
    });
    private final LocalServer server =
            LocalServer.start(request -> current.get().handle(request));

    Crash(Realm realm) {
        this.realm = realm;
    }

    @Override
    public void close() {
        sink.close();
        server.close();
    }

    /// What a scenario does where nothing fails.
    ///
    /// @param before   what is there before each step, and after the last
    /// @param answered what is there when each step has been answered, before the runs that nobody waits for
    /// @param isGood   whether each was acknowledged
    record Course(List<Tree> before, List<Tree> answered, List<Boolean> isGood, long calls) {
        Course {
            isGood = List.copyOf(isGood);
            before = List.copyOf(before);
            answered = List.copyOf(answered);
        }

        Tree after(int step) {
            return before.get(step + 1);
        }
    }

    /// What is left.
    ///
    /// @param step           in which the store failed; all those before it were acknowledged, or refused
    /// @param isAcknowledged whether this one was, too
    /// @param answer         to this one
    /// @param left           what the next server shows, once all that waited has ended
    record End(int step, boolean isAcknowledged, String answer, Tree left) {}

    Course course(Scenario scenario) {
        var before = new ArrayList<Tree>();
        var answered = new ArrayList<Tree>();
        var isGood = new ArrayList<Boolean>();
        var store = store(NEVER, Fault.LOST);
        try (SandboxDriver driver = new ScriptedDriver();
                World world = world(store, driver)) {
            begin(scenario, store, world);
            var client = new Client(realm, server, sink.url());
            before.add(Tree.of(store.live()));
            for (Step step : steps(scenario)) {
                isGood.add(isGood(client.send(step, 0)));
                answered.add(Tree.of(store.live()));
                world.settle();
                before.add(Tree.of(store.live()));
            }
        }
        return new Course(before, answered, isGood, store.calls());
    }

    /// @param failAt from 1 on
    /// @throws IllegalArgumentException if the scenario makes fewer calls
    End end(Scenario scenario, long failAt, Fault fault) {
        var store = store(failAt, fault);
        List<Step> steps = steps(scenario);
        MemoryBlobs blobs;
        String answer = "";
        boolean isAcknowledged = false;
        int at = -1;
        try (SandboxDriver driver = new ScriptedDriver();
                World world = world(store, driver)) {
            begin(scenario, store, world);
            var client = new Client(realm, server, sink.url());
            while (!store.hasFailed() && at + 1 < steps.size()) {
                at++;
                answer = client.send(steps.get(at), 0);
                isAcknowledged = isGood(answer);
                world.settle();
            }
            blobs = world.copyOfBlobs();
        }
        if (!store.hasFailed()) {
            throw new IllegalArgumentException("there is no such call");
        }
        return new End(at, isAcknowledged, answer, restarted(store.disk(), blobs));
    }

    private static boolean isGood(String answer) {
        return answer.length() > STATUS_FROM && answer.charAt(STATUS_FROM) == GOOD;
    }

    private Tree restarted(MemoryStore disk, MemoryBlobs blobs) {
        var store = new TurnStore(disk);
        try (SandboxDriver driver = new ScriptedDriver();
                World world = new World(realm, 0, SEED_AFTER, driver, sink, store, blobs)) {
            current.set(world.handler());
            world.recover();
            world.settle();
            return Tree.of(disk);
        }
    }

    private FailingStore store(long failAt, Fault fault) {
        return new FailingStore(realm.copyOfStore(), realm.copyOfStore(), failAt, fault);
    }

    private World world(FailingStore store, SandboxDriver driver) {
        return new World(realm, 0, 1, driver, sink, new TurnStore(store), realm.copyOfBlobs());
    }

    private void begin(Scenario scenario, FailingStore store, World world) {
        sink.begin(0);
        current.set(world.handler());
        for (Seed seed : scenario.seeds()) {
            if (seed.presence().isIn(0)) {
                world.plant(seed);
            }
        }
        store.arm();
    }

    static List<Step> steps(Scenario scenario) {
        return scenario.steps().stream().filter(step -> step.presence().isIn(0)).toList();
    }
}
