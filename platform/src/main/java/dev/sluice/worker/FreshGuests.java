package dev.sluice.worker;

import dev.sluice.cloudcall.GuestGone;
import dev.sluice.cloudcall.GuestLink;
import dev.sluice.cloudcall.GuestProtocolViolation;
import dev.sluice.function.Limits;
import dev.sluice.image.Runtime;
import dev.sluice.sandbox.Account;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxFailed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Guests that have started and know nothing: of no tenant, no function and no payload. A few of the smallest size
/// wait ready for each runtime, so that a first call need not wait for an interpreter to start.
final class FreshGuests implements AutoCloseable {
    static final Duration BOOT = Duration.ofSeconds(20);
    static final int PROCESSES_MAX = 64;

    /// One that serves the run, and one that the function or its server starts for it.
    private static final int THREADS_OF_A_RUN = 2;

    static final int SCRATCH_MIB = 64;
    static final int CPU_PERCENT = 100;

    private static final List<Runtime> KEPT =
            Stream.of(Runtime.values()).filter(Runtime::isKeptReady).toList();
    private static final Logger LOG = LoggerFactory.getLogger(FreshGuests.class);

    private final Meter driver;
    private final int readyOfEach;
    private final Map<Runtime, BlockingQueue<Instance>> ready = new EnumMap<>(Runtime.class);
    private final Semaphore wanted = new Semaphore(0);
    private final Thread refiller;
    private volatile boolean isClosed;

    FreshGuests(Meter driver, int readyOfEach) {
        this.driver = driver;
        this.readyOfEach = readyOfEach;
        for (Runtime runtime : KEPT) {
            ready.put(runtime, new LinkedBlockingQueue<>(Math.max(1, readyOfEach)));
        }
        refiller = Thread.ofVirtual().name("fresh-guests").start(this::refill);
        wanted.release();
    }

    /// What the waiting guests hold together.
    int memoryMib() {
        return readyOfEach * KEPT.size() * Limits.MEMORY_MIB_MIN;
    }

    /// A guest that nobody has used and that need not be started, if one of this size waits. It may have died
    /// waiting.
    Optional<Instance> waiting(Runtime runtime, int memoryMib) {
        if (memoryMib != Limits.MEMORY_MIB_MIN || !runtime.isKeptReady()) {
            return Optional.empty();
        }
        Optional<Instance> waiting = Optional.ofNullable(queue(runtime).poll());
        wanted.release();
        return waiting;
    }

    /// From now on a guest that waited is somebody's.
    ///
    /// @throws SandboxFailed where it may not; it is closed
    void give(Instance waited, Whose whose) throws SandboxFailed {
        waited.belongsTo(whose.parties());
        boolean isGiven = false;
        try {
            driver.charge(waited.sandbox(), whose.account());
            isGiven = true;
        } finally {
            if (!isGiven) {
                waited.sandbox().close();
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        refiller.interrupt();
        for (BlockingQueue<Instance> queue : ready.values()) {
            for (Instance instance = queue.poll(); instance != null; instance = queue.poll()) {
                instance.sandbox().close();
            }
        }
    }

    /// A guest that is started for its use, on what the host has.
    ///
    /// @param account     for whom what it uses is counted
    /// @param concurrency runs that it serves at a time
    Instance start(Account account, Runtime runtime, int memoryMib, int concurrency, Map<String, String> environment)
            throws SandboxFailed, InterruptedException {
        List<String> command = runtime.command(memoryMib);
        return start(account, runtime, memoryMib, concurrency, environment, command, Optional.empty());
    }

    /// A guest that is started for its use, on that root file system.
    Instance start(
            Account account,
            Runtime runtime,
            int memoryMib,
            int concurrency,
            Map<String, String> environment,
            List<String> command,
            Optional<Path> root)
            throws SandboxFailed, InterruptedException {
        var spec = new GuestSpec(
                runtime.language(),
                command,
                memoryMib,
                PROCESSES_MAX + (concurrency - 1) * THREADS_OF_A_RUN,
                SCRATCH_MIB,
                CPU_PERCENT,
                environment,
                BOOT,
                root);
        Sandbox sandbox = driver.start(spec, account);
        boolean isReady = false;
        try {
            var link = new GuestLink(sandbox.channel());
            link.hello();
            isReady = true;
            return new Instance(sandbox, link, memoryMib);
        } catch (GuestGone | GuestProtocolViolation broken) {
            throw new SandboxFailed("a guest's runtime did not start", broken);
        } finally {
            if (!isReady) {
                sandbox.close();
            }
        }
    }

    private void refill() {
        try {
            while (!isClosed) {
                wanted.acquire();
                wanted.drainPermits();
                topUp();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void topUp() throws InterruptedException {
        try {
            for (Runtime runtime : KEPT) {
                while (queue(runtime).size() < readyOfEach && !isClosed) {
                    keep(runtime, start(Account.NOBODY, runtime, Limits.MEMORY_MIB_MIN, 1, Map.of()));
                }
            }
        } catch (SandboxFailed failed) {
            LOG.warn("no guest could be started ahead of its use; the next call tries again", failed);
        }
    }

    private void keep(Runtime runtime, Instance instance) {
        if (isClosed || !queue(runtime).offer(instance)) {
            instance.sandbox().close();
        }
    }

    private BlockingQueue<Instance> queue(Runtime runtime) {
        BlockingQueue<Instance> queue = ready.get(runtime);
        if (queue == null) {
            throw new IllegalStateException("a runtime without a queue");
        }
        return queue;
    }
}
