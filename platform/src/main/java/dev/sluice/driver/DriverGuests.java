package dev.sluice.driver;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import dev.sluice.image.Roots;
import dev.sluice.image.Runtime;
import dev.sluice.oci.ImageProgram;
import dev.sluice.oci.PullFailed;
import dev.sluice.sandbox.Account;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.schedule.Scheduler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts the programs of images as event drivers, each in a sandbox of its own with no network. What connects one to
/// the server is a program in Python that runs beside it, with the image's own interpreter. Thread-safe.
public final class DriverGuests {
    /// Of each, counted among what its organization's runs have for as long as it lives.
    public static final int MEMORY_MIB = 128;

    /// Where a program listens for who asks it from outside: its variable `PORT`.
    static final int PORT = 8081;

    private static final Duration ROOM_PATIENCE = Duration.ofSeconds(5);
    private static final Duration BOOT = Duration.ofSeconds(20);
    private static final int PROCESSES_MAX = 64;
    private static final int SCRATCH_MIB = 64;
    private static final int CPU_PERCENT = 50;
    private static final String BRIDGE = "/runtime/driver.py";
    private static final Logger LOG = LoggerFactory.getLogger(DriverGuests.class);

    /// What its guests are, of their organization's.
    private static final String ACCOUNTED = "drivers";

    private final Meter driver;
    private final Roots roots;
    private final Blobs blobs;
    private final Scheduler scheduler;

    /// How many each organization has at work.
    private final Map<String, Integer> living = new HashMap<>(); // guarded by itself

    /// @param scheduler counts what drivers use among what runs do
    public DriverGuests(Meter driver, Roots roots, Blobs blobs, Scheduler scheduler) {
        this.driver = driver;
        this.roots = roots;
        this.blobs = blobs;
        this.scheduler = scheduler;
    }

    /// What is to run.
    ///
    /// @param image       the digest of what was pulled
    /// @param arguments   after those of the image
    /// @param environment over that of the image; no text of it shows a value
    public record Wanted(Digest image, List<String> arguments, Map<String, String> environment) {
        public Wanted {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
        }

        @Override
        public String toString() {
            return "Wanted[" + image + "]";
        }
    }

    /// Returns when the image's program has been started.
    ///
    /// @param organization its token, charged for the memory
    public DriverGuest start(String organization, Wanted wanted, DriverLog log)
            throws DriverFailed, InterruptedException {
        Runnable place = place(organization);
        boolean isPlaced = false;
        try {
            DriverGuest guest = start(organization, room(organization), wanted, log, place);
            isPlaced = true;
            return guest;
        } finally {
            if (!isPlaced) {
                place.run();
            }
        }
    }

    private DriverGuest start(String organization, Scheduler.Lease lease, Wanted wanted, DriverLog log, Runnable place)
            throws DriverFailed, InterruptedException {
        Blobs.Hold hold = blobs.hold(wanted.image());
        boolean isStarted = false;
        try {
            Map<String, ?> job = job(wanted);
            var guest = new DriverGuest(sandbox(organization, wanted.image(), log), log, () -> {
                hold.close();
                lease.close();
                place.run();
            });
            isStarted = true;
            guest.begin(job);
            return guest;
        } finally {
            if (!isStarted) {
                hold.close();
                lease.close();
            }
        }
    }

    private Scheduler.Lease room(String organization) throws DriverFailed, InterruptedException {
        return switch (scheduler.acquire(organization, MEMORY_MIB, ROOM_PATIENCE)) {
            case Scheduler.Admission.Granted(Scheduler.Lease lease) -> lease;
            case Scheduler.Admission.AtLimit _, Scheduler.Admission.QueueFull _, Scheduler.Admission.TimedOut _ ->
                throw new DriverFailed("there is no room for its " + MEMORY_MIB
                        + " MiB among what your organization runs: it is tried again");
        };
    }

    /// Drivers live for long, and may not leave runs without room: neither those of their organization, of whose limits
    /// they have at most half, nor those of others.
    ///
    /// @return gives it back
    private Runnable place(String organization) throws DriverFailed {
        Scheduler.Limits limits = scheduler.limits(organization);
        int ownMax = Math.min(limits.runs() / 2, limits.memoryMib() / 2 / MEMORY_MIB);
        int allMax = scheduler.load().memoryMib() / 2 / MEMORY_MIB;
        synchronized (living) {
            int own = living.getOrDefault(organization, 0);
            int all = living.values().stream().mapToInt(Integer::intValue).sum();
            if (own >= ownMax || all >= allMax) {
                throw new DriverFailed(
                        own >= ownMax
                                ? "your organization has " + own + " drivers of images at work, which take half of what"
                                        + " it may run at once: delete some, or have its limits raised"
                                : "the server has no room for one more driver of an image: it is tried again");
            }
            living.put(organization, own + 1);
        }
        var isBack = new AtomicBoolean();
        return () -> {
            if (!isBack.getAndSet(true)) {
                synchronized (living) {
                    var _ = living.computeIfPresent(organization, (_, own) -> own > 1 ? own - 1 : null);
                }
            }
        };
    }

    private Sandbox sandbox(String organization, Digest image, DriverLog log)
            throws DriverFailed, InterruptedException {
        try {
            Path root = roots.open(image);
            var command = new ArrayList<>(roots.command(root, Runtime.PYTHON3, MEMORY_MIB));
            command.set(command.size() - 1, BRIDGE);
            var spec = new GuestSpec(
                    Runtime.PYTHON3.language(),
                    command,
                    MEMORY_MIB,
                    PROCESSES_MAX,
                    SCRATCH_MIB,
                    CPU_PERCENT,
                    Map.of(),
                    BOOT,
                    Optional.of(root));
            Optional<String> weak = driver.tooWeakFor(organization);
            if (weak.isPresent()) {
                throw new DriverFailed(weak.get());
            }
            Sandbox sandbox = driver.start(spec, new Account(organization, ACCOUNTED));
            sandbox.logsTo(log);
            return sandbox;
        } catch (PullFailed lacking) {
            throw new DriverFailed("drivers run beside a program of the platform's in Python: " + lacking.reason());
        } catch (SandboxFailed failed) {
            LOG.warn("a driver could not be started", failed);
            throw new DriverFailed("the server could not start it: it is tried again");
        }
    }

    private Map<String, ?> job(Wanted wanted) throws DriverFailed {
        try (Blobs.Blob blob =
                blobs.open(wanted.image()).orElseThrow(() -> new DriverFailed("its image is not kept any more"))) {
            ImageProgram program = ImageProgram.read(blob.stream(0));
            if (program.command().isEmpty()) {
                throw new DriverFailed("its image has no entry point, so there is nothing to run");
            }
            var command = new ArrayList<>(program.command());
            command.addAll(wanted.arguments());
            var environment = new TreeMap<>(Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "HOME", "/tmp"));
            environment.putAll(program.environment());
            environment.putAll(wanted.environment());
            environment.put("PORT", Integer.toString(PORT));
            return Map.of(
                    "command", command,
                    "environment", environment,
                    "directory", program.directory(),
                    "port", PORT);
        } catch (PullFailed | IOException unreadable) {
            throw new DriverFailed("its image cannot be read");
        }
    }
}
