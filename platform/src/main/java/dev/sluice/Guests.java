package dev.sluice;

import dev.sluice.api.Departures;
import dev.sluice.api.Limiting;
import dev.sluice.build.Builds;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.driver.DriverGuests;
import dev.sluice.image.Roots;
import dev.sluice.meter.Fleet;
import dev.sluice.meter.Ledger;
import dev.sluice.org.TenantLimits;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.schedule.Scheduler;
import dev.sluice.store.Store;
import dev.sluice.worker.LocalWorker;
import java.io.IOException;
import java.time.Clock;
import java.util.List;

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
        var driver = new Meter(driver(config), ledger, tenant -> Limiting.isolation(limits, tenant));
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

    private static SandboxDriver driver(Config config) throws InterruptedException {
        return new Drivers(config.data(), config.guestDir()).open(config.isolation());
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
