package dev.sluice;

import dev.sluice.api.Departures;
import dev.sluice.api.Limiting;
import dev.sluice.build.Builds;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.driver.DriverGuests;
import dev.sluice.image.Roots;
import dev.sluice.image.Runtime;
import dev.sluice.meter.Fleet;
import dev.sluice.meter.Ledger;
import dev.sluice.org.TenantLimits;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxUnavailable;
import dev.sluice.sandbox.microvm.MicrovmDriver;
import dev.sluice.sandbox.microvm.MicrovmOptions;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import dev.sluice.schedule.Scheduler;
import dev.sluice.store.Store;
import dev.sluice.worker.LocalWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What runs in guests: functions, builds of what images need, and event drivers.
record Guests(
        Meter driver,
        Ledger ledger,
        Periodic writing,
        Fleet fleet,
        Roots roots,
        LocalWorker worker,
        Builds builds,
        DriverGuests drivers)
        implements AutoCloseable {
    static Guests start(Config config, CloudCalls.Rooms rooms, Scheduler scheduler, TenantLimits limits, Store store)
            throws IOException, InterruptedException {
        var roots = new Roots(config.data().resolve("images"), rooms.blobs());
        roots.recover();
        var ledger = new Ledger(store);
        var driver = new Meter(open(config), ledger, tenant -> Limiting.isolation(limits, tenant));
        var worker = new LocalWorker(
                driver,
                roots,
                rooms.blobs(),
                rooms.gates(),
                (gate, invoker) -> new CloudCalls(rooms, invoker, gate.policy().privilege()),
                config.reuse(),
                config.readyGuests(),
                scheduler.load().memoryMib(),
                () -> scheduler.load().leasedMib(),
                Machine::freeMib,
                Clock.systemUTC());
        var builds = new Builds(driver, rooms.blobs(), config.registries(), scheduler);
        var writing = new Periodic("meter", Ledger.WRITE_AFTER, List.of(driver::settle, ledger::write));
        var drivers = new DriverGuests(driver, roots, rooms.blobs(), scheduler);
        return new Guests(
                driver,
                ledger,
                writing,
                new Fleet(driver, ledger, scheduler, worker::idleMib),
                roots,
                worker,
                builds,
                drivers);
    }

    private static SandboxDriver open(Config config) throws InterruptedException {
        var options = NamespaceOptions.of(config.data().resolve("sandbox"), files(config.guestDir()));
        return switch (config.isolation()) {
            case NAMESPACES -> NamespaceDriver.open(options);
            case OCI ->
                throw new SandboxUnavailable(
                        "this version runs no containers: start it with --isolation" + " namespaces or microvm");
            case MICROVM ->
                MicrovmDriver.open(new MicrovmOptions(options, config.data().resolve("microvm")));
        };
    }

    private static Map<String, Path> files(Path directory) {
        Map<String, Path> files = new HashMap<>(Map.of(
                Runtime.PYTHON3.language(),
                directory.resolve("python"),
                Runtime.NODEJS.language(),
                directory.resolve("node"),
                Runtime.JAVA.language(),
                directory.resolve("java").resolve("runtime"),
                NamespaceOptions.BUILD,
                directory.resolve("build")));
        if (Files.exists(NamespaceOptions.PWSH)) { // no distribution has it
            files.put(Runtime.POWERSHELL.language(), directory.resolve("powershell"));
        }
        return files;
    }

    Departures.Used used() {
        return new Departures.Used(worker::end, ledger);
    }

    /// Ends all of them, and keeps what they used.
    @Override
    public void close() {
        builds.close();
        worker.close();
        writing.close();
        driver.close();
        ledger.write();
    }
}
