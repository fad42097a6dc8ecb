package dev.sluice.meter;

import dev.sluice.sandbox.Meter;
import dev.sluice.schedule.Scheduler;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/// The guests that live on this machine, and what they have used, for whoever has been let in.
///
/// Thread-safe.
public final class Fleet {
    private final Meter meter;
    private final Ledger ledger;
    private final Scheduler scheduler;
    private final IntSupplier idleMib;

    /// @param idleMib what warm guests hold at this moment
    public Fleet(Meter meter, Ledger ledger, Scheduler scheduler, IntSupplier idleMib) {
        this.meter = meter;
        this.ledger = ledger;
        this.scheduler = scheduler;
        this.idleMib = idleMib;
    }

    /// One guest.
    ///
    /// @param id           as [Meter.Reading] has it
    /// @param organization its token; empty for one that waits for somebody
    /// @param item         the id of its function or gate, `builds` or `drivers`
    /// @param memoryMib    that is set aside for it
    public record Instance(
            String id,
            String driver,
            String runtime,
            String organization,
            String item,
            int memoryMib,
            long memoryBytes,
            long peakBytes,
            long cpuMicros,
            long aliveSeconds) {}

    /// What is used for one item: as [dev.sluice.sandbox.Amount] has it.
    public record Used(String item, long guests, long cpuMicros, long aliveMicros, long mibMicros, long peakBytes) {}

    /// This machine, as far as guests are concerned.
    ///
    /// @param memoryMib that all guests may hold together
    /// @param leasedMib that runs hold, or is reserved
    /// @param idleMib   that warm guests hold, which wait
    public record Worker(int instances, int memoryMib, int leasedMib, int idleMib, int waitingRuns) {}

    /// Of all organizations, oldest first.
    public List<Instance> instances() {
        return meter.living().stream().map(Fleet::instance).toList();
    }

    /// Of one organization, oldest first.
    ///
    /// @param organization its token
    public List<Instance> instances(String organization) {
        return instances().stream()
                .filter(one -> one.organization().equals(organization))
                .toList();
    }

    private static Instance instance(Meter.Reading reading) {
        return new Instance(
                reading.id(),
                reading.driver(),
                reading.runtime(),
                reading.account().owner(),
                reading.account().item(),
                reading.memoryMib(),
                reading.used().memoryBytes(),
                reading.used().memoryPeakBytes(),
                reading.used().cpuMicros(),
                TimeUnit.MICROSECONDS.toSeconds(reading.alive().aliveMicros()));
    }

    /// The sums of an organization until now.
    ///
    /// @param organization its token; empty for the server's own
    public List<Used> used(String organization) {
        meter.settle();
        return ledger.of(organization).entrySet().stream()
                .map(sum -> new Used(
                        sum.getKey(),
                        sum.getValue().guests(),
                        sum.getValue().cpuMicros(),
                        sum.getValue().aliveMicros(),
                        sum.getValue().mibMicros(),
                        sum.getValue().peakBytes()))
                .toList();
    }

    public Worker worker() {
        Scheduler.Load load = scheduler.load();
        return new Worker(
                meter.living().size(), load.memoryMib(), load.leasedMib(), idleMib.getAsInt(), load.waitingRuns());
    }

    List<Meter.Started> started() {
        return meter.started();
    }
}
