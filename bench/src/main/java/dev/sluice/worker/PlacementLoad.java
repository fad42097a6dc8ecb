package dev.sluice.worker;

import dev.sluice.function.Reuse;
import dev.sluice.label.Label;
import dev.sluice.schedule.Pending;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.schedule.Scheduler.Limits;
import dev.sluice.schedule.Scheduler.Standing;
import dev.sluice.schedule.Wish;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// How many runs are placed by one thread on a full machine where a run of each tenant waits: one ends, its instance
/// becomes idle; who is next by his share gets the room, and of his function's instances the one that is warm.
public final class PlacementLoad {
    private static final int MIB = 128;
    private static final int ROOM = 256;

    private final List<Function> functions = new ArrayList<>();
    private final Random random = new Random(1);
    private final InstancePool pool;
    private final Scheduler scheduler;
    private final NobodysSandbox nobody;
    private final int tenants;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ArrayDeque<Running> running = new ArrayDeque<>();
    private long nanos;
    private int asked;

    public PlacementLoad(int functions, int tenants) throws IOException {
        this.tenants = tenants;
        this.scheduler = new Scheduler(ROOM * MIB, _ -> new Limits(50, 100, ROOM * MIB, 1), () -> nanos);
        this.pool = new InstancePool(Reuse.LABEL_FLOW, () -> nanos);
        try (var nowhere = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            this.nobody = new NobodysSandbox(nowhere);
            for (int i = 0; i < functions; i++) {
                String tenant = "t" + i % tenants;
                var function = new Function("f" + i, tenant, Keys.of(tenant, i), Label.parse(tenant + ",T"));
                this.functions.add(function);
                pool.put(function.key(), idle(function));
            }
        }
        for (int i = 0; i < tenants + ROOM; i++) {
            ask();
        }
        for (Optional<Running> next = next(); next.isPresent(); next = next()) {
            running.add(next.get());
        }
    }

    private record Function(String name, String tenant, InstanceKey key, Label start) {}

    private record Waiting(Function function, Pending pending) {}

    private record Running(Function function, Lease lease, Instance instance) {}

    /// Of processor time: others on the machine do not count.
    public double perSecond(int decisions) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long began = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < decisions; i++) {
            nanos += 1_000_000;
            Running ended = running.remove();
            pool.put(ended.function().key(), ended.instance());
            ended.lease().close();
            ask();
            running.add(next().orElseThrow(() -> new IllegalStateException("there is room, and nobody has it")));
        }
        return decisions * 1e9 / (threads.getCurrentThreadCpuTime() - began);
    }

    /// One of the next tenant's functions.
    private void ask() {
        int tenant = asked++ % tenants;
        Function function = functions.get(tenant + tenants * random.nextInt(functions.size() / tenants));
        var wish = new Wish(function.tenant(), function.name(), MIB, Standing.KNOWN);
        waiting.add(new Waiting(function, scheduler.ask(wish)));
    }

    /// A warm one, unless they all run.
    private Instance instance(Function function) {
        return pool.takeLiving(function.key(), function.start()).orElseGet(() -> idle(function));
    }

    private Instance idle(Function function) {
        Instance idle = nobody.instance(MIB);
        idle.worth().preparedIn(50);
        idle.saw(function.start());
        return idle;
    }

    /// Who has been given room, with an instance.
    private Optional<Running> next() {
        for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
            Waiting one = all.next();
            if (one.pending().take().orElse(null) instanceof Admission.Granted(Lease lease)) {
                all.remove();
                Function function = one.function();
                return Optional.of(new Running(function, lease, instance(function)));
            }
        }
        return Optional.empty();
    }
}
