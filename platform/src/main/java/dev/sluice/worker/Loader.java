package dev.sluice.worker;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.cloudcall.Convention;
import dev.sluice.cloudcall.FunctionPackage;
import dev.sluice.cloudcall.GuestGone;
import dev.sluice.cloudcall.GuestProtocolViolation;
import dev.sluice.cloudcall.LoadOutcome;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Layer;
import dev.sluice.function.SourceFiles;
import dev.sluice.image.Roots;
import dev.sluice.image.Runtime;
import dev.sluice.oci.PullFailed;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.worker.RunEnd.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives a guest its function.
final class Loader {
    private static final String SERVER_PORT = "8080";
    private static final Fault ONE_BY_ONE = Fault.function("concurrency above 1 is for functions of Dispatch's form and"
            + " HTTP servers, in Python, Node.js or Java; this one has one run at a time: leave concurrency out");
    private static final Logger LOG = LoggerFactory.getLogger(Loader.class);

    private final Blobs blobs;
    private final FreshGuests fresh;
    private final Watch watch;
    private final Roots roots;

    Loader(Blobs blobs, FreshGuests fresh, Watch watch, Roots roots) {
        this.roots = roots;
        this.blobs = blobs;
        this.fresh = fresh;
        this.watch = watch;
    }

    /// @param environment of its guest, beside the platform's own
    private record Code(FunctionPackage files, Map<String, String> environment) {}

    /// What became of it.
    sealed interface Prepared {
        record Ready(Instance instance) implements Prepared {}

        /// The code cannot be loaded.
        record Unfit(Fault fault) implements Prepared {}

        /// The guest ended meanwhile: perhaps by the code, perhaps long before.
        record Dead(Fault fault) implements Prepared {}
    }

    /// Has a function loaded in a guest that nobody has used: one that waits, else, or if that one has died
    /// waiting, a new one.
    ///
    /// @param whose        it will be
    /// @param cancellation as [Job] has it
    Prepared prepare(FunctionSpec function, Whose whose, Duration left, Cancellation cancellation)
            throws SandboxFailed, InterruptedException {
        int concurrency = function.deployment().concurrency();
        if (concurrency > 1 && !function.runtime().isSharable()) {
            return new Prepared.Unfit(ONE_BY_ONE);
        }
        Optional<Code> code = read(function);
        if (code.isEmpty()) {
            return new Prepared.Unfit(Fault.system("the function's package is not readable"));
        }
        int memoryMib = function.limits().memoryMib();
        Map<String, String> environment = code.get().environment();
        Optional<Instance> waiting = environment.isEmpty() && function.root().isEmpty() && concurrency == 1
                ? fresh.waiting(function.runtime(), memoryMib)
                : Optional.empty();
        if (waiting.isPresent()) {
            fresh.give(waiting.get(), whose);
            Prepared prepared = load(waiting.get(), code.get().files(), function, left, cancellation);
            if (!(prepared instanceof Prepared.Dead)) {
                return prepared;
            }
        }
        try {
            Instance started = start(function, whose, memoryMib, environment);
            started.belongsTo(whose.parties());
            return load(started, code.get().files(), function, left, cancellation);
        } catch (PullFailed useless) {
            return new Prepared.Unfit(Fault.system(useless.reason()));
        }
    }

    private Instance start(FunctionSpec function, Whose whose, int memoryMib, Map<String, String> environment)
            throws PullFailed, SandboxFailed, InterruptedException {
        Runtime runtime = function.runtime();
        int concurrency = function.deployment().concurrency();
        if (function.root().isEmpty()) {
            return fresh.start(whose.account(), runtime, memoryMib, concurrency, environment);
        }
        Path root = roots.open(function.root().get());
        List<String> command = roots.command(root, runtime, memoryMib);
        return fresh.start(whose.account(), runtime, memoryMib, concurrency, environment, command, Optional.of(root));
    }

    private Prepared load(
            Instance instance, FunctionPackage code, FunctionSpec function, Duration left, Cancellation cancellation)
            throws InterruptedException {
        boolean isKept = false;
        try (Cancellation.Hook _ = cancellation.during(() -> instance.end(Instance.Ended.CANCELED))) {
            watch.begin(instance, left);
            int concurrency = function.deployment().concurrency();
            return switch (instance.link().load(code, concurrency)) {
                case LoadOutcome.Failed(var failure) ->
                    new Prepared.Unfit(new Fault(failure.type().word(), failure.message(), failure.stacktrace()));
                case LoadOutcome.Loaded(Convention convention)
                when concurrency > 1 && !isSharable(convention) -> new Prepared.Unfit(ONE_BY_ONE);
                case LoadOutcome.Loaded(Convention convention) -> {
                    instance.convention(convention);
                    isKept = true;
                    yield new Prepared.Ready(instance);
                }
            };
        } catch (GuestGone | GuestProtocolViolation broken) {
            return new Prepared.Dead(Postmortem.of(instance, function));
        } finally {
            watch.end(instance);
            if (!isKept) {
                instance.sandbox().close();
            }
        }
    }

    private static boolean isSharable(Convention convention) {
        return convention == Convention.DISPATCH || convention == Convention.HTTP;
    }

    private Optional<Code> read(FunctionSpec function) {
        try (Blobs.Blob blob = blobs.open(function.packageDigest()).orElse(null)) {
            if (blob == null) {
                return Optional.empty();
            }
            var files = new TreeMap<String, Bytes>();
            for (Digest layer : function.layers()) {
                files.putAll(Layer.read(blobs, layer).files());
            }
            var environment = new TreeMap<>(LayerPaths.environment(files.navigableKeySet()));
            environment.putAll(function.deployment().environment());
            if (isServerInItsGuest(function)) {
                environment.put("PORT", SERVER_PORT);
            }
            files.putAll(SourceFiles.decode(blob.stream(0)).files());
            var code = new FunctionPackage(files, function.handler(), convention(function.convention()));
            return Optional.of(new Code(code, environment));
        } catch (IOException unreadable) {
            LOG.warn("a package could not be read", unreadable);
            return Optional.empty();
        }
    }

    /// In Java a server runs in the guest's own process, whose environment is what it was started with. The loopback is
    /// the guest's own, so any port is free.
    private static boolean isServerInItsGuest(FunctionSpec function) {
        return function.runtime() == Runtime.JAVA && function.convention() == dev.sluice.function.Convention.HTTP;
    }

    private static Convention convention(dev.sluice.function.Convention stated) {
        return switch (stated) {
            case AUTO -> Convention.AUTO;
            case DISPATCH -> Convention.DISPATCH;
            case FAASTEN -> Convention.FAASTEN;
            case LAMBDA -> Convention.LAMBDA;
            case HTTP -> Convention.HTTP;
        };
    }
}
