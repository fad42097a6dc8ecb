package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.GuestLink;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Reuse;
import dev.sluice.gate.Gate;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.schedule.Pending;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.schedule.Scheduler.Limits;
import dev.sluice.schedule.Scheduler.Standing;
import dev.sluice.schedule.Wish;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The scheduler and the pool under traffic shaped like Azure's published mix (Shahrad et al., 2020): a few functions
/// have most of the calls, bursts and timers among them, runs of a few milliseconds and of minutes. Neither has a clock
/// or a thread here; after each step it is looked whether what is promised holds. The same seed is the same run.
final class PlacementSimulationTest {
    private static final int MIB = 1_024;
    private static final long PATIENCE_MILLIS = 30_000;
    private static final int TENANTS = 12;
    private static final int FUNCTIONS = 120;
    private static final Label[] LABELS = {
        Label.parse("acme,T"), Label.parse("acme&alice,T"), Label.parse("acme&bob,T"), Label.parse("acme&alice&bob,T")
    };

    private final SocketChannel nowhere = SocketChannel.open(StandardProtocolFamily.UNIX);

    PlacementSimulationTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        nowhere.close();
    }

    @Test
    void twentyMinutes_keepWhatIsPromised() {
        simulate(1, 20);
    }

    @Test
    @Tag("full")
    void tenThousandMinutes_keepWhatIsPromised() {
        for (int seed = 0; seed < 100; seed++) {
            simulate(seed, 100);
        }
    }

    private void simulate(int seed, int minutes) {
        var world = new World(seed, Duration.ofMinutes(minutes).toMillis());
        world.run();
        assertThat(world.answered).as("seed " + seed).isGreaterThan(minutes * 50);
        assertThat(world.warm).as("seed " + seed).isPositive();
        assertThat(world.outlived).as("seed " + seed).isPositive();
    }

    private record Function(int number, String tenant, int mib, long lastsMillis, InstanceKey key) {}

    /// Something that happens at a time.
    private record Step(long atMillis, long number, Runnable what) {}

    private record Waiting(Function function, Label start, Pending pending, long untilMillis) {}

    private final class World {
        private final Random random;
        private final long endMillis;
        private final PriorityQueue<Step> steps =
                new PriorityQueue<>(Comparator.comparingLong(Step::atMillis).thenComparingLong(Step::number));
        private final List<Function> functions = new ArrayList<>();
        private final Set<Waiting> waiting = new LinkedHashSet<>();
        private final Set<Instance> busy = new HashSet<>();
        private final Set<Instance> idle = new HashSet<>();
        private final Scheduler scheduler;
        private final InstancePool pool;
        private long now;
        private long planned;
        private int leasedMib;
        private int running;
        private int answered;
        private int warm;
        private int outlived;

        World(int seed, long endMillis) {
            this.random = new Random(seed);
            this.endMillis = endMillis;
            this.scheduler = new Scheduler(MIB, this::limits, () -> now * 1_000_000);
            this.pool = new InstancePool(rule(seed), () -> now * 1_000_000);
            for (int i = 0; i < FUNCTIONS; i++) {
                int mib = 16 << random.nextInt(5);
                long lasts = (long) Math.exp(random.nextGaussian() * 1.5 + 5); // log-normal, median 150 ms
                functions.add(new Function(i, "t" + i % TENANTS, mib, Math.min(lasts, 60_000), key(i)));
                plan(random.nextInt(60_000), functions.get(i), i % 3 == 0);
            }
        }

        private Limits limits(String tenant) {
            int one = Integer.parseInt(tenant.substring(1));
            return new Limits(50, 100, MIB, 1, one % 3 == 0 ? 300 : 100);
        }

        private void at(long millis, Runnable what) {
            steps.add(new Step(millis, planned++, what));
        }

        /// Zipf: the first function is called once in a second, the hundredth once in 100 s. The last quarter of the
        /// time is quiet, so that what is idle is so for long.
        private void plan(long millis, Function function, boolean isTimer) {
            if (millis > endMillis - endMillis / 4) {
                return;
            }
            at(millis, () -> {
                int burst = random.nextInt(50) == 0 ? 1 + random.nextInt(60) : 1;
                for (int i = 0; i < burst; i++) {
                    ask(function);
                }
                double mean = 1_000.0 * (function.number() + 1);
                double gap = isTimer ? mean : -mean * Math.log(1 - random.nextDouble());
                plan(now + 1 + (long) gap, function, isTimer);
            });
        }

        private void ask(Function function) {
            Label start = LABELS[random.nextInt(LABELS.length)];
            var wish = new Wish(function.tenant(), "f" + function.number(), function.mib(), Standing.KNOWN);
            Waiting one = new Waiting(function, start, scheduler.ask(wish), now + PATIENCE_MILLIS);
            waiting.add(one);
            at(one.untilMillis(), () -> {
                if (waiting.remove(one)) {
                    one.pending().giveUp();
                }
            });
            if (random.nextInt(100) == 0) {
                at(now + random.nextInt(5_000), () -> {
                    if (waiting.remove(one)) { // it is canceled
                        one.pending().giveUp();
                    }
                });
            }
        }

        /// As the worker does it, and rarer.
        private void keepHouse() {
            for (Instance left : pool.idleTooLong()) {
                assertThat(idle.remove(left)).isTrue();
                outlived++;
            }
            assertThat(idle.stream().mapToLong(one -> one.worth().keptUntilNanos()))
                    .as("nobody is kept longer than he is worth, or than anybody is")
                    .allMatch(until -> until >= now * 1_000_000 && until <= now * 1_000_000 + IdleTimes.MOST.toNanos());
            at(now + 1_000, this::keepHouse);
        }

        void run() {
            keepHouse();
            while (!steps.isEmpty() && steps.element().atMillis() < endMillis) {
                Step next = steps.remove();
                now = next.atMillis();
                next.what().run();
                serve();
                requirePromises();
            }
            waiting.forEach(one -> one.pending().giveUp());
            waiting.clear();
            while (running > 0) {
                Step next = steps.remove();
                now = next.atMillis();
                next.what().run();
                waiting.forEach(one -> one.pending().giveUp());
                waiting.clear();
            }
            assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, MIB));
        }

        private void serve() {
            for (Waiting one : List.copyOf(waiting)) {
                Optional<Admission> end = one.pending().take();
                if (end.isPresent()) {
                    waiting.remove(one);
                    assertThat(one.pending().take()).as("an answer is had once").isEmpty();
                    if (end.get() instanceof Admission.Granted(Lease lease)) {
                        begin(one, lease);
                    }
                }
            }
        }

        private void begin(Waiting one, Lease lease) {
            leasedMib += lease.memoryMib();
            running++;
            Optional<Instance> kept = pool.take(one.function().key(), one.start());
            Instance instance = kept.orElseGet(() -> new Instance(
                    new NoGuest(nowhere), new GuestLink(nowhere), one.function().mib()));
            if (kept.isPresent()) {
                warm++;
                assertThat(idle.remove(instance)).as("it was idle").isTrue();
                assertThat(instance.seen().canFlowTo(one.start()))
                        .as("the lattice allows it")
                        .isTrue();
            } else {
                instance.worth().preparedIn(50);
            }
            assertThat(busy.add(instance)).as("nobody else has it").isTrue();
            pool.shrinkTo(MIB - leasedMib)
                    .forEach(left -> assertThat(idle.remove(left)).isTrue());
            at(now + 1 + one.function().lastsMillis(), () -> end(one, lease, instance));
        }

        private void end(Waiting one, Lease lease, Instance instance) {
            instance.saw(random.nextInt(10) == 0 ? one.start().join(LABELS[3]) : one.start());
            busy.remove(instance);
            lease.close();
            lease.close();
            leasedMib -= lease.memoryMib();
            running--;
            answered++;
            idle.add(instance);
            pool.put(one.function().key(), instance).forEach(idle::remove);
        }

        private void requirePromises() {
            Scheduler.Load load = scheduler.load();
            assertThat(load.leasedMib()).as("a lease is given back once").isEqualTo(leasedMib);
            assertThat(leasedMib + pool.idleMib())
                    .as("memory is never oversold")
                    .isLessThanOrEqualTo(MIB);
            assertThat(load.waitingRuns()).as("who waits is known").isEqualTo(waiting.size());
            assertThat(pool.idleMib())
                    .isEqualTo(idle.stream().mapToInt(Instance::memoryMib).sum());
            assertThat(waiting.stream().allMatch(one -> one.untilMillis() >= now))
                    .as("nobody waits without bound")
                    .isTrue();
        }
    }

    private static Reuse rule(int seed) {
        return seed % 2 == 0 ? Reuse.LABEL_FLOW : Reuse.SAME_LABEL;
    }

    private static InstanceKey key(int function) {
        byte[] id = new byte[ObjectId.LENGTH_BYTES];
        id[0] = (byte) function;
        var authority = new Gate.Authority(Component.TRUE, Component.TRUE);
        return new InstanceKey("acme", new ObjectId(Bytes.takeOver(id)), 1, authority, List.of(), Reuse.LABEL_FLOW);
    }
}
