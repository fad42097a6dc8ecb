package dev.sluice;

import dev.sluice.build.Builds;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.driver.DriverGuests;
import dev.sluice.image.Roots;
import dev.sluice.image.Runtime;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import dev.sluice.schedule.Scheduler;
import dev.sluice.worker.LocalWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/// What runs in guests: functions, builds of what images need, and event drivers.
record Guests(NamespaceDriver driver, Roots roots, LocalWorker worker, Builds builds, DriverGuests drivers)
        implements AutoCloseable {
    static Guests start(Config config, CloudCalls.Rooms rooms, Scheduler scheduler, int memoryMib)
            throws IOException, InterruptedException {
        var roots = new Roots(config.data().resolve("images"), rooms.blobs());
        roots.recover();
        NamespaceDriver driver =
                NamespaceDriver.open(NamespaceOptions.of(config.data().resolve("sandbox"), files(config.guestDir())));
        var worker = new LocalWorker(
                driver,
                roots,
                rooms.blobs(),
                rooms.gates(),
                (gate, invoker) -> new CloudCalls(rooms, invoker, gate.policy().privilege()),
                config.readyGuests(),
                memoryMib,
                () -> scheduler.load().leasedMib(),
                Machine::freeMib,
                Clock.systemUTC());
        var builds = new Builds(driver, rooms.blobs(), config.registries(), scheduler);
        return new Guests(driver, roots, worker, builds, new DriverGuests(driver, roots, rooms.blobs(), scheduler));
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

    /// Ends all of them.
    @Override
    public void close() {
        builds.close();
        worker.close();
        driver.close();
    }
}
