package dev.sluice.fuzz;

import dev.sluice.acme.Certificates;
import dev.sluice.api.Api;
import dev.sluice.api.Departures;
import dev.sluice.api.Limiting;
import dev.sluice.blob.Blobs;
import dev.sluice.build.Builds;
import dev.sluice.build.Registries;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.driver.DriverGuests;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.Quota;
import dev.sluice.fs.QuotaPlan;
import dev.sluice.fs.Usage;
import dev.sluice.function.Reuse;
import dev.sluice.gate.Gate;
import dev.sluice.gate.Gates;
import dev.sluice.gate.Invoker;
import dev.sluice.gateway.AccessLog;
import dev.sluice.gateway.Gateway;
import dev.sluice.host.HostProofs;
import dev.sluice.host.HostRules;
import dev.sluice.http.AnswerCounts;
import dev.sluice.image.Pulls;
import dev.sluice.image.Pushes;
import dev.sluice.image.Roots;
import dev.sluice.invoke.Invocations;
import dev.sluice.kafka.Kafka;
import dev.sluice.kernel.Witness;
import dev.sluice.meter.Fleet;
import dev.sluice.meter.Ledger;
import dev.sluice.meter.Metrics;
import dev.sluice.oci.PlainHosts;
import dev.sluice.oci.Puller;
import dev.sluice.oci.Pusher;
import dev.sluice.org.Limit;
import dev.sluice.org.OrganizationLimits;
import dev.sluice.org.TenantLimits;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.schedule.Scheduler;
import dev.sluice.store.Store;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import dev.sluice.worker.LocalWorker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;

/// Limits that no scenario comes near.
final class Plenty {
    private static final TenantLimits LIMITS = new TenantLimits(
            Map.of(Limit.REQUESTS_PER_SECOND, Limit.REQUESTS_PER_SECOND.max()), new QuotaPlan(Quota.DEFAULT, Map.of()));

    private static final int MEMORY_MIB = 8192;

    private Plenty() {}

    static Scheduler scheduler() {
        return new Scheduler(MEMORY_MIB, tenant -> Limiting.runs(LIMITS, tenant));
    }

    /// @param calls as [LocalWorker] has it
    static LocalWorker worker(
            SandboxDriver driver,
            Blobs blobs,
            Gates gates,
            BiFunction<Gate, Invoker, CloudCalls> calls,
            Scheduler scheduler) {
        IntSupplier leased = () -> scheduler.load().leasedMib();
        return new LocalWorker(
                metered(driver),
                noImages(blobs),
                blobs,
                gates,
                calls,
                Reuse.SAME_LABEL,
                0,
                MEMORY_MIB,
                leased,
                () -> MEMORY_MIB,
                Realm.CLOCK);
    }

    static Departures.Used used(LocalWorker worker, Store store) {
        return new Departures.Used(worker::end, new Ledger(store));
    }

    /// Nobody is charged here.
    private static Meter metered(SandboxDriver driver) {
        return new Meter(driver, (_, _) -> {}, _ -> Isolation.NAMESPACES);
    }

    /// Nothing is pulled here, so nothing is ever made there.
    private static Roots noImages(Blobs blobs) {
        return new Roots(Path.of("no-images"), blobs);
    }

    /// Nothing leaves for a registry.
    /// No image comes, and none goes.
    static Api.Running running(
            Invocations invocations, SandboxDriver driver, Scheduler scheduler, Blobs blobs, Store store) {
        Meter meter = metered(driver);
        var fleet = new Fleet(meter, new Ledger(store), scheduler, () -> 0);
        var builds = new Builds(meter, blobs, Registries.NONE, scheduler);
        var drivers = new DriverGuests(meter, noImages(blobs), blobs, scheduler);
        var gateway = new Gateway(invocations, new AccessLog(store, InstantSource.system()), System::nanoTime);
        var kafka = Kafka.of(EgressSettings.NONE);
        var proofs = new HostProofs(new HostRules(true, Optional.empty()), Egress.closed());
        var table = new CertificateTable(SelfSigned.of("localhost", Instant.EPOCH));
        return new Api.Running(
                invocations,
                builds,
                drivers,
                pulls(blobs),
                pushes(blobs),
                store,
                gateway,
                kafka,
                proofs,
                new Certificates(Path.of("no-certificates"), Optional.empty(), table, Clock.systemUTC()),
                new Metrics(fleet, new AnswerCounts(gateway)));
    }

    private static Pulls pulls(Blobs blobs) {
        return new Pulls(new Puller(Egress.closed(), PlainHosts.NONE), blobs, noImages(blobs));
    }

    private static Pushes pushes(Blobs blobs) {
        var nowhere = new Pusher(Egress.closed(), PlainHosts.NONE);
        return new Pushes(nowhere, blobs, noImages(blobs), Path.of("no-runtimes"));
    }

    static Limiting limiting(LabeledFs fs, Witness witness, Scheduler scheduler, Store store) {
        var register = new OrganizationLimits(fs, witness, LIMITS);
        return new Limiting(LIMITS, register, scheduler, tenant -> Usage.of(store, tenant), System::nanoTime);
    }
}
