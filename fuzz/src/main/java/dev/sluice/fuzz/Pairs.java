package dev.sluice.fuzz;

import dev.sluice.fuzz.Scenario.Seed;
import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.http.Handler;
import dev.sluice.http.LocalServer;
import dev.sluice.sandbox.SandboxDriver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// Runs a scenario in both of its worlds and compares what the observer sees. For one thread.
final class Pairs implements AutoCloseable {
    private static final int TRIES_TO_CONFIRM = 3;

    private final Realm realm;
    private final Supplier<SandboxDriver> guests;
    private final AtomicReference<Handler> current = new AtomicReference<>(_ -> {
        throw new IllegalStateException("there is no world");
    });
    private final Sink sink = Sink.open();
    private final LocalServer server =
            LocalServer.start(request -> current.get().handle(request));

    /// @param guests what runs functions: made anew for each world
    Pairs(Realm realm, Supplier<SandboxDriver> guests) {
        this.realm = realm;
        this.guests = guests;
    }

    @Override
    public void close() {
        sink.close();
        server.close();
    }

    /// A difference that the observer must not see: where the two views part.
    record Leak(Scenario scenario, List<String> first, List<String> second) {
        /// The lines that only one of the two views has.
        String difference() {
            int at = 0;
            while (at < first.size() && at < second.size() && first.get(at).equals(second.get(at))) {
                at++;
            }
            return "first world:  " + (at < first.size() ? first.get(at) : "nothing more") + "\nsecond world: "
                    + (at < second.size() ? second.get(at) : "nothing more");
        }
    }

    /// A leak, if there is one each time that one looks: a machine that stalls is none.
    Optional<Leak> leak(Scenario scenario) {
        Optional<Leak> found = compare(scenario);
        for (int again = 1; again < TRIES_TO_CONFIRM && found.isPresent(); again++) {
            found = compare(scenario);
        }
        return found;
    }

    /// As [#leak], once.
    Optional<Leak> compare(Scenario scenario) {
        List<String> first = view(scenario, 0);
        List<String> second = view(scenario, 1);
        return first.equals(second) ? Optional.empty() : Optional.of(new Leak(scenario, first, second));
    }

    /// What the observer sees of one world.
    List<String> view(Scenario scenario, int number) {
        var look = new Look(scenario.observer());
        try (SandboxDriver driver = guests.get();
                World world = new World(realm, number, driver, sink)) {
            current.set(world.handler());
            sink.begin(number);
            for (Seed seed : scenario.seeds()) {
                if (seed.presence().isIn(number)) {
                    world.plant(seed);
                }
            }
            var client = new Client(realm, server, sink.url());
            for (Step step : scenario.steps()) {
                if (step.presence().isIn(number)) {
                    look.at(step, client.send(step, number));
                    world.settle();
                }
            }
            look.around(world);
            look.outside(scenario.seeds(), sink.received());
        }
        return look.lines();
    }
}
