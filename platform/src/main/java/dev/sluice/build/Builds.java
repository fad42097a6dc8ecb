package dev.sluice.build;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import dev.sluice.function.Layer;
import dev.sluice.function.SourceFiles;
import dev.sluice.image.Runtime;
import dev.sluice.sandbox.Account;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.schedule.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Installs what images need beside their languages, each in a sandbox of its own that reaches the configured
/// registries and nothing else. What a build gives is a [Layer]. Thread-safe; callers wait.
public final class Builds implements AutoCloseable {
    /// How long one may take.
    public static final Duration TIME_MAX = Duration.ofMinutes(5);

    static final int MEMORY_MIB = 1024;
    private static final Duration ROOM_PATIENCE = Duration.ofMinutes(2);
    private static final int SCRATCH_MIB = 640;
    private static final int PROCESSES_MAX = 256;
    private static final int CPU_PERCENT = 100;
    private static final Duration BOOT = Duration.ofSeconds(20);
    private static final String ROOT = "build";
    private static final List<String> COMMAND = List.of("/usr/bin/python3", "-I", "-S", "-B", "/runtime/build.py");
    private static final Logger LOG = LoggerFactory.getLogger(Builds.class);

    /// What its guests are, of their organization's.
    private static final String ACCOUNTED = "builds";

    private final Meter driver;
    private final Blobs blobs;
    private final Registries registries;
    private final Scheduler scheduler;
    private final Duration timeMax;
    private final Map<Build, String> underWay = new ConcurrentHashMap<>();
    private volatile boolean isClosed;

    /// @param scheduler counts what builds use among what runs do
    public Builds(Meter driver, Blobs blobs, Registries registries, Scheduler scheduler) {
        this(driver, blobs, registries, scheduler, TIME_MAX);
    }

    /// @param timeMax how long one may take
    public Builds(Meter driver, Blobs blobs, Registries registries, Scheduler scheduler, Duration timeMax) {
        this.driver = driver;
        this.blobs = blobs;
        this.registries = registries;
        this.scheduler = scheduler;
        this.timeMax = timeMax;
    }

    /// A layer that is kept for as long as `hold` is open, and after that if something names it.
    public record Built(Digest layer, long lengthBytes, Blobs.Hold hold) implements AutoCloseable {
        @Override
        public void close() {
            hold.close();
        }
    }

    /// Whether the operator lets packages of a language be fetched.
    public boolean canFetch(Runtime language) {
        return !registries.addresses(Registries.Kind.of(language)).isEmpty();
    }

    /// What an operator does about that.
    public static String remedy(Runtime language) {
        return remedy(Registries.Kind.of(language));
    }

    static String remedy(Registries.Kind kind) {
        return "this server fetches no packages for it: its operator names a registry with --package-index "
                + Registries.word(kind) + "=URL";
    }

    /// Installs what an image needs, when there is room for that among the organization's runs.
    ///
    /// @param organization its token; the layer is shared with no other one
    public Built build(String organization, Needs needs, BuildLog log) throws BuildFailed, InterruptedException {
        needs.require();
        if (!needs.manifest().isEmpty() && !canFetch(needs.language())) {
            throw new BuildFailed(remedy(needs.language()));
        }
        try (Scheduler.Lease _ = room(organization)) {
            return keep(organization, install(organization, needs, log));
        }
    }

    /// A machine whose guests have little together gives a build half of that.
    private Scheduler.Lease room(String organization) throws BuildFailed, InterruptedException {
        int wishMib = Math.min(MEMORY_MIB, scheduler.load().memoryMib() / 2);
        return switch (scheduler.acquire(organization, wishMib, ROOM_PATIENCE)) {
            case Scheduler.Admission.Granted(Scheduler.Lease lease) -> lease;
            case Scheduler.Admission.AtLimit _, Scheduler.Admission.QueueFull _, Scheduler.Admission.TimedOut _ ->
                throw new BuildFailed("there was no memory free for the build beside what is running: update the image"
                        + " to try again");
        };
    }

    private void requireIsolated(String organization) throws BuildFailed {
        Optional<String> weak = driver.tooWeakFor(organization);
        if (weak.isPresent()) {
            throw new BuildFailed(weak.get());
        }
        if (!driver.offers(ROOT)) {
            throw new BuildFailed(
                    "this server isolates by " + driver.isolation().word()
                            + ", where nothing can be built: have a base image with what is needed");
        }
    }

    private SourceFiles install(String organization, Needs needs, BuildLog log)
            throws BuildFailed, InterruptedException {
        requireIsolated(organization);
        var spec = new GuestSpec(ROOT, COMMAND, MEMORY_MIB, PROCESSES_MAX, SCRATCH_MIB, CPU_PERCENT, BOOT);
        try (Sandbox sandbox = driver.start(spec, new Account(organization, ACCOUNTED));
                Fetching fetching = new Fetching(registries)) {
            sandbox.logsTo(log);
            var build = new Build(sandbox, registries, fetching, needs, log);
            underWay.put(build, organization);
            Thread watch = Thread.ofVirtual().name("build-watch").start(() -> watch(sandbox, build));
            try {
                return build.run();
            } catch (BuildFailed failed) {
                if (isClosed) {
                    throw new InterruptedException("the server stops");
                }
                throw failed;
            } finally {
                watch.interrupt();
                underWay.remove(build);
                sandbox.drainLogs(log);
            }
        } catch (SandboxFailed failed) {
            LOG.warn("a build could not be started", failed);
            throw new BuildFailed("the server could not start the build");
        }
    }

    private void watch(Sandbox sandbox, Build build) {
        try {
            if (sandbox.awaitDeath(timeMax).isEmpty()) {
                build.end("the build took longer than " + timeMax.toSeconds() + " s");
            }
        } catch (InterruptedException done) {
            Thread.currentThread().interrupt();
        }
    }

    private Built keep(String organization, SourceFiles files) throws BuildFailed {
        try {
            Digest layer = Layer.put(blobs, organization, files);
            Blobs.Hold hold = blobs.hold(layer);
            try (Blobs.Blob blob = blobs.open(layer).orElseThrow(() -> new IOException("a layer is gone"))) {
                return new Built(layer, blob.length(), hold);
            }
        } catch (IOException failed) {
            LOG.warn("a layer could not be kept", failed);
            throw new BuildFailed("the server could not keep what was installed");
        }
    }

    /// Ends what is built for an organization.
    public void end(String organization) {
        underWay.forEach((build, whose) -> {
            if (whose.equals(organization)) {
                build.end("the organization is no more");
            }
        });
    }

    /// Ends all builds: they begin again after the next start.
    @Override
    public void close() {
        isClosed = true;
        underWay.keySet().forEach(build -> build.end("the server stops"));
    }
}
