package dev.sluice.worker;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.cloudcall.GuestGone;
import dev.sluice.cloudcall.GuestProtocolViolation;
import dev.sluice.cloudcall.Outcome;
import dev.sluice.cloudcall.RunNeverBegun;
import dev.sluice.cloudcall.RunRequest;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Reuse;
import dev.sluice.gate.Gate;
import dev.sluice.gate.Gates;
import dev.sluice.gate.Invoker;
import dev.sluice.image.Roots;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.worker.Loader.Prepared;
import dev.sluice.worker.RunEnd.Fault;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs one invocation in one guest: a warm one that may know what the run will know, else one that has only loaded
/// the function, else a fresh one.
///
/// A guest is kept after a run that ended in an answer or in an exception, and killed after any other. What it has
/// seen rises with each run and is never lowered, so a warm guest never carries anything to a run that starts
/// below.
///
/// Thread-safe. Called on the virtual thread of the run.
public final class LocalWorker implements AutoCloseable {
    /// How long it may take until a fresh guest has its function loaded.
    public static final Duration PREPARE_MAX = Duration.ofSeconds(30);

    private static final Fault BROKEN =
            Fault.function("the function broke the protocol between its runtime and the platform");

    private static final Logger LOG = LoggerFactory.getLogger(LocalWorker.class);

    private final Meter driver;
    private final Gates gates;
    private final BiFunction<Gate, Invoker, CloudCalls> calls;
    private final FreshGuests fresh;
    private final InstancePool pool;
    private final Watch watch = new Watch();
    private final LoadedGuests loaded;
    private final SharedGuests shared;
    private final Housekeeping housekeeping;
    private final Clock clock;

    /// @param roots     the images that functions run on
    /// @param calls     what answers a run's calls, given what answers its invocations; made anew for each run
    /// @param reuse     the most of it; functions may allow less
    /// @param memoryMib what all guests may hold together, idle ones too
    /// @param leasedMib what runs in progress hold at this moment, and what is set aside for loaded guests
    /// @param freeMib   how much of the machine's memory is free at this moment
    public LocalWorker(
            Meter driver,
            Roots roots,
            Blobs blobs,
            Gates gates,
            BiFunction<Gate, Invoker, CloudCalls> calls,
            Reuse reuse,
            int readyOfEach,
            int memoryMib,
            IntSupplier leasedMib,
            IntSupplier freeMib,
            Clock clock) {
        this.driver = driver;
        this.gates = gates;
        this.calls = calls;
        this.pool = new InstancePool(reuse, System::nanoTime);
        this.fresh = new FreshGuests(driver, readyOfEach);
        IntSupplier roomMib = () -> memoryMib - leasedMib.getAsInt() - fresh.memoryMib();
        this.housekeeping = new Housekeeping(pool, roomMib, freeMib);
        this.loaded = new LoadedGuests(new Loader(blobs, fresh, watch, roots), housekeeping::makeRoom);
        this.shared = new SharedGuests(pool, loaded, watch, clock);
        this.clock = clock;
    }

    /// Runs `gate`'s function as [Task#current]. Every way to end is a [RunEnd].
    ///
    /// The gate is not believed: it must be what its versions in the store say, privilege and all.
    ///
    /// The function's timeout counts from the moment it has the payload; a guest that has to be started first
    /// takes at most [#PREPARE_MAX] more.
    ///
    /// @param room for a guest that it shares with others
    /// @throws Refused `NOT_FOUND` for a gate that is not in the store, and what `room` throws
    public RunEnd run(String tenant, Gate gate, Job job, GuestRoom room) throws InterruptedException {
        Task task = Task.current();
        gates.verify(gate);
        if (job.timeMax().isZero()) {
            return RunEnd.failed(Fault.NEVER_BEGUN);
        }
        FunctionSpec function = gate.function();
        Optional<String> missing = missing(function.runtime()).or(() -> tooWeakFor(tenant, function));
        if (missing.isPresent()) {
            return RunEnd.failed(Fault.system(missing.get()));
        }
        InstanceKey key = InstanceKey.of(tenant, gate, job.injected());
        Whose whose = Whose.of(tenant, gate);
        if (gate.function().deployment().concurrency() > 1) {
            return shared.run(key, gate, whose, job, room);
        }
        Duration left = SharedGuests.shorter(PREPARE_MAX, job.timeMax());
        try {
            Optional<Instance> warm = pool.takeLiving(key, task.label());
            Prepared first = warm.isPresent()
                    ? new Prepared.Ready(warm.get())
                    : loaded.take(gate.function(), whose, left, job.cancellation());
            Optional<RunEnd> end = end(key, first, gate, task, job);
            if (end.isEmpty()) { // once: one that was started for it has had no time to die
                end = end(key, loaded.start(gate.function(), whose, left, job.cancellation()), gate, task, job);
            }
            return end.orElseGet(() -> RunEnd.failed(Fault.system("the guest ended before it could begin")));
        } catch (SandboxFailed failed) {
            LOG.warn("a guest could not be started", failed);
            return RunEnd.failed(Fault.system("the guest could not be started"));
        }
    }

    /// The run's end, unless its guest was gone before it could begin.
    private Optional<RunEnd> end(InstanceKey key, Prepared prepared, Gate gate, Task task, Job job)
            throws InterruptedException {
        return switch (prepared) {
            case Prepared.Ready(Instance instance) -> {
                Optional<Fault> unfit = Contexts.unfit(instance.convention(), gate.function(), job);
                if (unfit.isPresent()) {
                    instance.sandbox().close();
                    yield Optional.of(RunEnd.failed(unfit.get()));
                }
                yield serve(key, instance, gate, task, job);
            }
            case Prepared.Unfit(Fault fault) -> Optional.of(RunEnd.failed(fault));
            case Prepared.Dead(Fault fault) -> Optional.of(RunEnd.failed(fault));
        };
    }

    /// Those that wait for the first run of one function.
    public LoadedGuests loaded() {
        return loaded;
    }

    /// Why nothing of a runtime can be checked or run on this host, if that is so.
    public Optional<String> missing(Runtime runtime) {
        return driver.offers(runtime.language()) ? Optional.empty() : Optional.of(runtime.missing());
    }

    /// Why no guest of an organization may have a function, if that is so: nothing less is ever had.
    private Optional<String> tooWeakFor(String tenant, FunctionSpec function) {
        return driver.tooWeakFor(tenant)
                .or(() -> driver.isolation().tooWeakFor(function.deployment().isolation()));
    }

    /// Loads a function in a fresh guest and throws the guest away.
    ///
    /// @param tenant whose function it is
    /// @return why it could not be loaded
    public Optional<String> check(String tenant, FunctionSpec function, Duration patience) throws InterruptedException {
        Optional<String> weak = tooWeakFor(tenant, function);
        if (weak.isPresent()) {
            return weak;
        }
        try {
            return switch (loaded.start(function, Whose.of(tenant, function), patience, new Cancellation())) {
                case Prepared.Ready(Instance ready) -> {
                    ready.sandbox().close();
                    yield Optional.empty();
                }
                case Prepared.Unfit(Fault fault) -> Optional.of(fault.message());
                case Prepared.Dead(Fault fault) -> Optional.of(fault.message());
            };
        } catch (SandboxFailed failed) {
            LOG.warn("a guest could not be started", failed);
            return Optional.of("the guest could not be started");
        }
    }

    /// Ends all guests of an organization, while they are prepared and in the middle of their runs too, and keeps none
    /// of them from now on.
    ///
    /// @param organization its token, of which there will never be another one
    public void end(String organization) {
        watch.endAllOf(organization);
        loaded.end(organization);
        Housekeeping.closeAll(pool.endAllOf(organization));
    }

    /// How many MiB idle guests hold.
    public int idleMib() {
        return pool.idleMib();
    }

    @Override
    public void close() {
        housekeeping.close();
        watch.close();
        fresh.close();
        loaded.close();
        Housekeeping.closeAll(pool.shrinkTo(0));
    }

    private Optional<RunEnd> serve(InstanceKey key, Instance instance, Gate gate, Task task, Job job)
            throws InterruptedException {
        Masks masks = job.injected().masks();
        LogLines logs = job.log().begin(() -> instance.end(Instance.Ended.FLOOD), masks);
        boolean isReusable = false;
        instance.sandbox().logsTo(logs);
        Duration left = SharedGuests.shorter(gate.function().limits().timeout(), job.timeMax());
        long endNanos = watch.begin(instance, left);
        long began = endNanos - left.toNanos();
        try (CloudCalls answering = calls.apply(gate, job.invoker().apply(endNanos));
                Cancellation.Hook _ = job.cancellation().during(() -> instance.end(Instance.Ended.CANCELED))) {
            Optional<CloudCalls.Held> input = job.blobs().input().flatMap(answering::holdUnlinked);
            if (input.isEmpty() && job.blobs().input().isPresent()) {
                isReusable = true;
                return Optional.of(RunEnd.failed(Contexts.INPUT_GONE, logs));
            }
            var given = new Contexts.Given(input, answering.hold(job.blobs().named()));
            Bytes context = Contexts.of(
                    instance.convention(),
                    gate.function(),
                    job,
                    given,
                    clock.instant().plus(left));
            Outcome outcome = instance.link()
                    .run(
                            new RunRequest(job.payload(), context),
                            answering,
                            chunk -> job.chunks().take(chunk, () -> instance.ended() != null),
                            job.chunks().inbound());
            long ended = System.nanoTime();
            if (instance.ended() != null) { // what it says while it is being ended is no answer
                return Optional.of(lost(instance, gate, logs).ranFrom(began, ended));
            }
            isReusable = true;
            instance.sandbox().drainLogs(logs);
            RunEnd end = RunEnd.of(outcome, () -> answering.keepOutput(gate.answerLabel(task.label())), masks, logs);
            if (outcome instanceof Outcome.Yielded && end.fault().isEmpty()) {
                job.chunks().end();
            }
            return Optional.of(end.ranFrom(began, ended));
        } catch (GuestProtocolViolation broken) {
            instance.sandbox().drainLogs(logs);
            return Optional.of(RunEnd.failed(BROKEN, logs).ranFrom(began, System.nanoTime()));
        } catch (GuestGone gone) {
            if (gone instanceof RunNeverBegun && instance.ended() == null) {
                return Optional.empty();
            }
            long ended = System.nanoTime();
            return Optional.of(lost(instance, gate, logs).ranFrom(began, ended));
        } finally {
            watch.end(instance);
            instance.saw(task.highest());
            giveBack(key, instance, isReusable && instance.ended() == null);
        }
    }

    private static RunEnd lost(Instance instance, Gate gate, LogLines logs) throws InterruptedException {
        Fault fault = Postmortem.of(instance, gate.function());
        instance.sandbox().drainLogs(logs);
        return RunEnd.failed(fault, logs);
    }

    private void giveBack(InstanceKey key, Instance instance, boolean isReusable) {
        Housekeeping.closeAll(isReusable ? pool.put(key, instance) : List.of(instance));
    }
}
