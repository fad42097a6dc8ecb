package dev.sluice.worker;

import dev.sluice.function.Reuse;
import dev.sluice.label.Label;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/// How many runs find a warm instance, by the pool that serves runs, under the same made-up traffic by two rules: 100
/// tenants of 20 functions each, of which few have most calls. A third of the runs start at what anybody may know, as
/// those of a public endpoint, a third at the organization's label, a third at that of one of its 10 users too; one in
/// ten reads what another user's label is on. Without guests.
public final class ReuseMix {
    private static final int TENANTS = 100;
    private static final int FUNCTIONS_OF_ONE = 20;
    private static final int USERS = 10;
    private static final int MIB = 128;
    private static final int POOL_MIB = 2_000 * MIB;
    private static final double RUNS_PER_SECOND = 200;

    private final Random random;
    private final InstancePool pool;
    private final NobodysSandbox nobody;
    private final PriorityQueue<Running> running = new PriorityQueue<>(Comparator.comparingDouble(Running::endMillis));
    private final List<Label[]> labels = new ArrayList<>();
    private final List<InstanceKey> keys = new ArrayList<>();
    private double millis;

    private ReuseMix(long seed, Reuse rule, NobodysSandbox nobody) {
        this.random = new Random(seed);
        this.nobody = nobody;
        this.pool = new InstancePool(rule, () -> (long) (millis * 1e6));
        for (int i = 0; i < TENANTS; i++) {
            var all = new Label[2 + USERS];
            all[0] = Label.parse("T,T");
            all[1] = Label.parse("t" + i + "/runs,T");
            for (int user = 0; user < USERS; user++) {
                all[2 + user] = Label.parse("t" + i + "/runs&t" + i + "/user/u" + user + ",T");
            }
            labels.add(all);
            for (int function = 0; function < FUNCTIONS_OF_ONE; function++) {
                keys.add(Keys.of("t" + i, keys.size()));
            }
        }
    }

    /// Runs of 1,000 that found one.
    ///
    /// @param byFlow     what it has seen may flow to the run
    /// @param byEquality it has seen what the run's label is, and nothing else
    public record Hits(double byFlow, double byEquality) {}

    private record Running(double endMillis, InstanceKey key, Instance instance, Label highest) {}

    /// The same seed is the same traffic for both.
    public static Hits simulate(long seed, int runs) throws IOException {
        try (var nowhere = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            var nobody = new NobodysSandbox(nowhere);
            return new Hits(
                    new ReuseMix(seed, Reuse.LABEL_FLOW, nobody).hits(runs),
                    new ReuseMix(seed, Reuse.SAME_LABEL, nobody).hits(runs));
        }
    }

    private double hits(int runs) {
        int warm = 0;
        for (int i = 0; i < runs; i++) {
            millis += -1_000 / RUNS_PER_SECOND * Math.log(1 - random.nextDouble());
            while (!running.isEmpty() && running.element().endMillis() <= millis) {
                end(running.remove());
            }
            pool.idleTooLong();
            if (begin()) {
                warm++;
            }
        }
        return 1_000.0 * warm / runs;
    }

    /// @return whether it found one
    private boolean begin() {
        int tenant = random.nextInt(TENANTS);
        int function = Math.min(FUNCTIONS_OF_ONE - 1, (int) Math.exp(random.nextDouble() * Math.log(FUNCTIONS_OF_ONE)));
        InstanceKey key = keys.get(tenant * FUNCTIONS_OF_ONE + function);
        Label[] its = labels.get(tenant);
        int user = 2 + random.nextInt(USERS);
        int kind = random.nextInt(3);
        Label start = its[kind < 2 ? kind : user];
        Label highest = random.nextInt(10) == 0 ? start.join(its[2 + random.nextInt(USERS)]) : start;
        double lasts = Math.exp(random.nextGaussian() * 1.5 + 5); // log-normal, median 150 ms
        Optional<Instance> kept = pool.take(key, start);
        Instance instance = kept.orElseGet(() -> nobody.instance(MIB));
        if (kept.isEmpty()) {
            instance.worth().preparedIn(50);
        }
        pool.shrinkTo(Math.max(0, POOL_MIB - (running.size() + 1) * MIB));
        running.add(new Running(millis + Math.min(lasts, 60_000), key, instance, highest));
        return kept.isPresent();
    }

    private void end(Running ended) {
        ended.instance().saw(ended.highest());
        pool.put(ended.key(), ended.instance());
        pool.shrinkTo(Math.max(0, POOL_MIB - running.size() * MIB));
    }
}
