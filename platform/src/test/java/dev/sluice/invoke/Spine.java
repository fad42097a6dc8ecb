package dev.sluice.invoke;

import dev.sluice.audit.AuditLog;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.PayloadStyle;
import dev.sluice.function.Reuse;
import dev.sluice.function.SchemaPair;
import dev.sluice.function.SourceFiles;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.image.Roots;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.meter.Ledger;
import dev.sluice.run.Run;
import dev.sluice.run.RunIds;
import dev.sluice.run.Runs;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.KeptRoots;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import dev.sluice.schedule.Scheduler;
import dev.sluice.secret.DataKeys;
import dev.sluice.secret.Secrets;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.CountedBlobs;
import dev.sluice.worker.LocalWorker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/// The whole spine below HTTP, with real guests and a store in memory.
final class Spine implements AutoCloseable {
    static final String ACME = "acme";

    /// Whose the idempotency keys are.
    private static final Component ALICE = Component.parse("acme/user/alice");

    /// How many guests of each runtime wait fresh.
    static final int FRESH_OF_EACH = 1;

    /// Of each tenant that `limits` does not name.
    static final Scheduler.Limits LIMITS = new Scheduler.Limits(1_000, 10_000, 1 << 20, 1 << 30);

    /// What all guests may hold together.
    static final int WORKER_MIB = 2048;

    final MemoryStore store = new MemoryStore();
    final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    final AuditLog audit = new AuditLog(store, new SecureRandom(), Clock.systemUTC());
    final Gates gates = new Gates(fs, audit);
    final Runs runs = new Runs(store, Clock.systemUTC());
    final Map<String, Scheduler.Limits> limits = new ConcurrentHashMap<>();
    /// The least of each tenant that has one.
    final Map<String, Isolation> isolation = new ConcurrentHashMap<>();

    final Scheduler scheduler;
    final WatchedDriver driver;
    final Ledger ledger = new Ledger(store);
    final Meter meter;
    final LocalWorker worker;
    final Invocations invocations;
    final Secrets secrets;
    final CountedBlobs blobs = new CountedBlobs(new MemoryBlobs());

    Spine(Path directory) throws InterruptedException {
        this(directory, 1024);
    }

    /// @param memoryMib that all runs share; a guest takes 128 of it
    Spine(Path directory, int memoryMib) throws InterruptedException {
        this(directory, memoryMib, Reuse.SAME_LABEL, Spine::namespaces);
    }

    /// @param reuse the most that the operator allows
    /// @param driver given a directory and what guests are shown of each runtime
    Spine(Path directory, int memoryMib, Reuse reuse, Opener driver) throws InterruptedException {
        secrets = new Secrets(fs, keys(directory), audit, new SecureRandom());
        scheduler = new Scheduler(memoryMib, tenant -> limits.getOrDefault(tenant, LIMITS));
        Path guest = Path.of("..", "guest").toAbsolutePath().normalize();
        fs.bootstrap();
        this.driver = new WatchedDriver(driver.open(
                directory,
                Map.of(
                        NamespaceOptions.PYTHON3, guest.resolve("python"),
                        NamespaceOptions.NODEJS, guest.resolve("node"),
                        NamespaceOptions.JAVA, guest.resolve("java/runtime"))));
        meter = new Meter(this.driver, ledger, tenant -> isolation.getOrDefault(tenant, Isolation.NAMESPACES));
        worker = new LocalWorker(
                meter,
                new Roots(directory.resolve("images"), blobs),
                blobs,
                gates,
                (gate, invoker) -> new CloudCalls(
                        CloudCalls.Rooms.of(fs, blobs, gates),
                        invoker,
                        gate.policy().privilege()),
                reuse,
                FRESH_OF_EACH,
                WORKER_MIB,
                () -> scheduler.load().leasedMib(),
                () -> 4096,
                Clock.systemUTC());
        invocations = new Invocations(
                gates,
                scheduler,
                worker,
                secrets,
                runs,
                new RunIds(Clock.systemUTC(), new SecureRandom()),
                audit,
                Clock.systemUTC());
    }

    /// Opens the driver whose guests these are.
    @FunctionalInterface
    interface Opener {
        SandboxDriver open(Path directory, Map<String, Path> guestFiles) throws InterruptedException;
    }

    static SandboxDriver namespaces(Path directory, Map<String, Path> guestFiles) throws InterruptedException {
        return NamespaceDriver.open(NamespaceOptions.of(KeptRoots.under(directory), guestFiles));
    }

    private DataKeys keys(Path directory) {
        try {
            return DataKeys.at(store, directory.resolve(DataKeys.FILE), new SecureRandom());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    public void close() {
        worker.close();
        meter.close();
    }

    FunctionSpec python(String source, String handler, Convention convention, Limits limits) {
        return spec(Runtime.PYTHON3, "hello.py", source, handler, convention, limits);
    }

    FunctionSpec spec(
            Runtime runtime, String file, String source, String handler, Convention convention, Limits limits) {
        var files = new SourceFiles(new TreeMap<>(Map.of(file, Bytes.utf8(source))));
        try {
            var digest = blobs.put(new ByteArrayInputStream(files.encode().toArray()), SourceFiles.BYTES_MAX);
            return new FunctionSpec(runtime, digest, handler, convention, limits, false);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static Run.Output json(String text) {
        return new Run.Output(200, Bytes.utf8(text), true);
    }

    FunctionSpec spec(Runtime runtime, Map<String, Bytes> files, String handler, Limits limits, PayloadStyle style) {
        var source = new SourceFiles(new TreeMap<>(files));
        return new FunctionSpec(
                runtime,
                blob(source.encode()).digest(),
                handler,
                Convention.AUTO,
                limits,
                false,
                style,
                SchemaPair.NONE);
    }

    BlobRef blob(Bytes content) {
        try {
            var in = new ByteArrayInputStream(content.toArray());
            return new BlobRef(blobs.put(in, SourceFiles.BYTES_MAX), content.length());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static Limits limits(Duration timeout) {
        return new Limits(Limits.MEMORY_MIB_MIN, timeout);
    }

    /// Where a function's gate is for those who run it.
    static FsPath path(String function) {
        return FsPath.home(gateLabel(function)).child(function);
    }

    static Label gateLabel(String function) {
        return Label.parse("acme/function|acme/runs/" + function + ",acme/function");
    }

    static GatePolicy policy(String function) {
        return policy(function, "T");
    }

    static GatePolicy policy(String function, String privilege) {
        return new GatePolicy(
                Component.parse(privilege),
                Component.parse("acme/runs/" + function),
                Component.TRUE,
                Component.parse("acme"));
    }

    void create(String function, FunctionSpec spec) {
        create(function, policy(function), spec);
    }

    void create(String function, GatePolicy policy, FunctionSpec spec) {
        create(path(function), policy, spec, gateLabel(function));
    }

    void create(FsPath path, GatePolicy policy, FunctionSpec spec, Label label) {
        Task owner = task("acme", "acme");
        owner.run(() -> gates.create(
                path, policy, spec, label, owner.exercise(Component.TRUE, Component.parse("acme/function"))));
    }

    /// Somebody with this clearance, delivery and vouching.
    static Task task(String reads, String writes) {
        return new Task(
                Label.PUBLIC,
                Label.of(Component.parse(reads), Component.TRUE),
                Privilege.mintTcb(Component.parse(reads), Component.parse(writes)));
    }

    Run.View exec(Task caller, String function, String payload) throws InterruptedException {
        return exec(caller, function, payload, "acme/runs,T", Optional.empty());
    }

    Run.View exec(Task caller, String function, String payload, String start, Optional<String> key)
            throws InterruptedException {
        return caller.run(() -> invocations.invoke(wish(function, payload, start, key)));
    }

    static Invocation wish(String function, String payload, String start, Optional<String> key) {
        return wish(path(function), function, payload, start, key);
    }

    static Invocation wish(FsPath gate, String function, String payload, String start, Optional<String> key) {
        return new Invocation(
                ACME,
                function,
                "id",
                "faas",
                gate,
                Label.parse(start),
                Bytes.utf8(payload),
                Bytes.utf8("{\"secrets\":{},\"serviceBindings\":{}}"),
                Map.of(),
                Map.of(),
                List.of(),
                new Invocation.Asked(
                        new TreeMap<>(), key.map(text -> new Invocation.Key(text, ALICE, function)), Optional.empty()));
    }

    /// The same, of somebody else.
    static Invocation by(String who, Invocation wish) {
        return asking(wish, key -> new Invocation.Key(key.text(), Component.parse(who), key.called()));
    }

    /// The same, named in another way.
    static Invocation called(String name, Invocation wish) {
        return asking(wish, key -> new Invocation.Key(key.text(), key.caller(), name));
    }

    private static Invocation asking(Invocation wish, UnaryOperator<Invocation.Key> change) {
        return new Invocation(
                wish.organization(),
                wish.function(),
                wish.functionId(),
                wish.faasId(),
                wish.gate(),
                wish.start(),
                wish.payload(),
                wish.context(),
                wish.headers(),
                wish.blobs(),
                wish.secrets(),
                new Invocation.Asked(
                        wish.asked().tags(),
                        wish.asked().idempotencyKey().map(change),
                        wish.asked().inputRef()));
    }
}
