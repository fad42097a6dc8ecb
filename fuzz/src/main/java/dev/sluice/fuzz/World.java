package dev.sluice.fuzz;

import dev.sluice.api.Api;
import dev.sluice.api.Departures;
import dev.sluice.api.SystemObjects;
import dev.sluice.audit.AuditLog;
import dev.sluice.authn.Authenticator;
import dev.sluice.authn.Bearers;
import dev.sluice.authn.Delegations;
import dev.sluice.authn.IdentityProviders;
import dev.sluice.authn.Login;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.Packages;
import dev.sluice.function.SourceFiles;
import dev.sluice.fuzz.Interpreter.Trust;
import dev.sluice.fuzz.Scenario.Seed;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.gate.InjectedHeaders;
import dev.sluice.gate.Invoker;
import dev.sluice.gate.UrlTemplate;
import dev.sluice.http.Handler;
import dev.sluice.image.Runtime;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Departed;
import dev.sluice.org.Organizations;
import dev.sluice.run.RunIds;
import dev.sluice.run.Runs;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.secret.DataKeys;
import dev.sluice.secret.Secrets;
import dev.sluice.store.MemoryStore;
import dev.sluice.worker.LocalWorker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// One whole server in memory, but for its listener: the real rooms over a store and blobs that nothing keeps.
final class World implements AutoCloseable {
    static final String HANDLER = "main.handle";

    /// Time is not compared: see docs/design/noninterference.md.
    private static final Duration NO_WAIT = Duration.ofNanos(1);

    static final String FILE = "main.py";
    private static final String SOURCE = source();
    private static final Limits LIMITS = new Limits(Limits.MEMORY_MIB_MIN, Duration.ofSeconds(10));

    private final int number;
    private final Sink sink;
    private final TurnStore store;
    private final MemoryBlobs blobs;
    private final LabeledFs fs;
    private final Gates gates;
    private final Runs runs;
    private final LocalWorker worker;
    private final Authenticator authenticator;
    private final Invocations invocations;
    private final Api.Running running;
    private final Api api;

    /// @param number 0 for the first world of a pair, 1 for the second
    World(Realm realm, int number, SandboxDriver driver, Sink sink) {
        this(realm, number, number + 1, driver, sink, new TurnStore(realm.copyOfStore()), realm.copyOfBlobs());
    }

    /// A server on what is there.
    ///
    /// @param seed of its ids
    World(Realm realm, int number, long seed, SandboxDriver driver, Sink sink, TurnStore store, MemoryBlobs blobs) {
        this.number = number;
        this.sink = sink;
        this.store = store;
        this.blobs = blobs;
        var random = new SeededRandom(seed);
        this.fs = new LabeledFs(store, random);
        var audit = new AuditLog(store, random, Realm.CLOCK);
        this.gates = new Gates(fs, audit, sink.egress());
        this.runs = new Runs(store, Realm.CLOCK);
        var scheduler = Plenty.scheduler();
        this.worker = Plenty.worker(
                driver,
                blobs,
                gates,
                (gate, invoker) -> calls(invoker, gate.policy().privilege()),
                scheduler);
        DataKeys keys = realm.keys(store, random);
        var secrets = new Secrets(fs, keys, audit, random);
        this.invocations = new Invocations(
                gates, scheduler, worker, secrets, runs, new RunIds(ticking(), random), audit, Realm.CLOCK, NO_WAIT);
        var organizations = new Organizations(fs, audit);
        var delegations = new Delegations(organizations, realm.tokenKey(), Realm.CLOCK);
        this.authenticator = new Authenticator(
                organizations, new Bearers(organizations, Bearers.Rules.DEFAULT, Realm.CLOCK), delegations);
        var login = Login.of(IdentityProviders.NONE, store, organizations, audit, random, Realm.CLOCK);
        var parts = Departures.Parts.of(store, fs, runs, keys, login, Plenty.used(worker, store), Realm.CLOCK);
        this.running = Plenty.running(invocations, driver, scheduler, blobs, store);
        this.api = new Api(
                new Api.Rooms(
                        authenticator,
                        organizations,
                        fs,
                        blobs,
                        gates,
                        running,
                        runs,
                        secrets,
                        new SystemObjects(fs, blobs, gates),
                        audit,
                        new Api.SignIn(login, delegations, Set.of()),
                        new Api.Tenancy(
                                new Departures(new Departed(fs, audit), parts, Realm.CLOCK),
                                Plenty.limiting(fs, audit, scheduler, store))),
                new Api.Version("0", "", ""),
                () -> true,
                Realm.CLOCK,
                Runnable::run);
    }

    /// For ids only: runs are listed in the order in which they began.
    private static Clock ticking() {
        var ticks = new AtomicLong();
        InstantSource source = () -> Realm.NOW.plusMillis(ticks.incrementAndGet());
        return source.withZone(ZoneOffset.UTC);
    }

    int number() {
        return number;
    }

    Handler handler() {
        return api;
    }

    MemoryStore copyOfStore() {
        return store.copy();
    }

    MemoryBlobs copyOfBlobs() {
        return new MemoryBlobs(blobs);
    }

    Authenticator authenticator() {
        return authenticator;
    }

    /// What a run may ask, beside calling others.
    CloudCalls calls(Invoker invoker, Component self) {
        return new CloudCalls(new CloudCalls.Rooms(fs, blobs, gates, new Packages(blobs)), invoker, self);
    }

    LabeledFs fs() {
        return fs;
    }

    Runs runs() {
        return runs;
    }

    /// What a server does first.
    void recover() {
        fs.bootstrap();
        invocations.recover();
        api.recover();
    }

    /// Waits until every accepted run has ended.
    void settle() {
        store.settle();
    }

    @Override
    public void close() {
        api.close();
        running.certificates().close();
        worker.close();
        store.close();
    }

    /// Puts a thing in its place, with all authority. Where its directory is not in this world it is left out.
    void plant(Seed seed) {
        try {
            place(seed);
        } catch (Refused refused) {
            if (refused.refusal() != Refusal.NOT_FOUND && refused.refusal() != Refusal.EXISTS) {
                throw refused;
            }
        }
    }

    private void place(Seed seed) {
        FsPath path = FsPath.parse(seed.path(), Component.TRUE, Label.PUBLIC);
        Privilege all = Privilege.mintTcb(Component.FALSE);
        Realm.asRoot(() -> {
            switch (seed) {
                case Seed.Thing thing -> plant(thing, path, all);
                case Seed.GateSeed gate ->
                    gates.create(
                            path,
                            new GatePolicy(
                                    Component.parse(gate.privilege()),
                                    Component.parse(gate.clearance()),
                                    Component.parse(gate.declassify()),
                                    Component.parse(gate.maxSecrecy())),
                            function(gate.trust()),
                            Label.parse(gate.label()),
                            all);
                case Seed.ServiceSeed service ->
                    gates.services().create(path, external(service), Backing.LABEL, Label.parse(service.label()), all);
            }
        });
    }

    private GateContent.External external(Seed.ServiceSeed service) {
        return new GateContent.External(
                Component.parse(service.privilege()),
                Component.parse(service.clearance()),
                Label.parse(service.taint()),
                Label.parse(service.egress()),
                UrlTemplate.parse(sink.url() + "/" + service.name() + "/{x}"),
                "POST",
                InjectedHeaders.NONE);
    }

    private void plant(Seed.Thing thing, FsPath path, Privilege all) {
        Bytes content = Bytes.utf8(thing.content(number));
        switch (thing.kind()) {
            case DIRECTORY -> fs.createDirectory(path, Label.parse(thing.label()), all);
            case FACETED -> fs.createFaceted(path, all);
            case FILE -> {
                fs.create(path, Kind.FILE, Label.parse(thing.label()), content, all);
                for (int i = 0; i < number * thing.rewrites(); i++) {
                    fs.write(path, Kind.FILE, content, 0, all);
                }
            }
            case BLOB -> {
                var ref = new BlobRef(keep(content), content.length());
                fs.create(path, Kind.BLOB, Label.parse(thing.label()), ref.encode(), all);
            }
            case GATE, SERVICE -> throw new IllegalArgumentException("not a plain thing");
        }
    }

    private FunctionSpec function(Trust trust) {
        var files = new SourceFiles(new TreeMap<>(Map.of(FILE, Bytes.utf8(source(trust)))));
        return new FunctionSpec(Runtime.PYTHON3, keep(files.encode()), HANDLER, Convention.FAASTEN, LIMITS, false);
    }

    /// The code of the tester's functions.
    static String source(Trust trust) {
        return trust.firstLine() + SOURCE;
    }

    private Digest keep(Bytes content) {
        try {
            return blobs.put(new ByteArrayInputStream(content.toArray()), content.length());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String source() {
        try (InputStream in = World.class.getResourceAsStream("interpreter.py")) {
            if (in == null) {
                throw new IllegalStateException("interpreter.py is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
