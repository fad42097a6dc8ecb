package dev.sluice.fuzz;

import dev.sluice.fuzz.Pairs.Leak;
import dev.sluice.sandbox.SandboxDriver;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// Runs many pairs, on all processors, and stops at the first leak.
final class Noninterference {
    private final Realm realm;
    private final Supplier<SandboxDriver> guests;
    private final int threads;

    Noninterference(Supplier<SandboxDriver> guests, int threads) throws GeneralSecurityException {
        this.realm = Realm.found();
        this.guests = guests;
        this.threads = threads;
    }

    /// How it went.
    ///
    /// @param pairs how many were run
    /// @param seed  of the leaking pair
    record Outcome(long pairs, Optional<Leak> leak, long seed) {}

    /// Runs the pairs of the seeds `from`, `from + 1`, … until one leaks.
    ///
    /// @param shrinks whether the leak is made small first
    Outcome search(long from, long pairs, boolean shrinks) throws InterruptedException {
        var next = new AtomicLong(from);
        var done = new AtomicLong();
        var found = new ConcurrentLinkedQueue<Outcome>();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var searching = new ArrayList<Thread>();
        for (int i = 0; i < threads; i++) {
            searching.add(Thread.ofPlatform()
                    .name("pairs-" + i)
                    .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
                    .start(() -> search(next, from + pairs, done, found)));
        }
        for (Thread thread : searching) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("the tester itself failed", failures.peek());
        }
        Optional<Outcome> first = found.stream().min(Comparator.comparingLong(Outcome::seed));
        if (first.isEmpty()) {
            return new Outcome(done.get(), Optional.empty(), 0);
        }
        return new Outcome(
                done.get(),
                first.get().leak().map(leak -> shrinks ? shrunk(leak) : leak),
                first.get().seed());
    }

    private void search(AtomicLong next, long end, AtomicLong done, ConcurrentLinkedQueue<Outcome> found) {
        try (var pairs = new Pairs(realm, guests)) {
            for (long seed = next.getAndIncrement(); seed < end && found.isEmpty(); seed = next.getAndIncrement()) {
                Optional<Leak> leak = pairs.leak(Generator.scenario(seed));
                done.incrementAndGet();
                if (leak.isPresent()) {
                    found.add(new Outcome(0, leak, seed));
                }
            }
        }
    }

    private Leak shrunk(Leak leak) {
        try (var pairs = new Pairs(realm, guests)) {
            return new Shrinker<>(Leak::scenario, pairs::compare).shrink(leak);
        }
    }

    /// Everything that somebody needs to understand a leak.
    static List<String> report(Outcome outcome) {
        var lines = new ArrayList<String>();
        outcome.leak().ifPresent(leak -> {
            lines.add("LEAK, seed " + outcome.seed());
            lines.addAll(leak.scenario().toString().lines().toList());
            lines.add("what the observer sees differs:");
            lines.addAll(leak.difference().lines().toList());
        });
        return lines;
    }
}
