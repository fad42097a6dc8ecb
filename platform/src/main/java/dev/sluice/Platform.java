package dev.sluice;

import dev.sluice.api.AdminAccess;
import dev.sluice.api.Api;
import dev.sluice.api.ClientFiles;
import dev.sluice.api.Departures;
import dev.sluice.api.Limiting;
import dev.sluice.api.SystemObjects;
import dev.sluice.audit.AuditLog;
import dev.sluice.audit.DecisionLog;
import dev.sluice.authn.Authenticator;
import dev.sluice.authn.Bearers;
import dev.sluice.authn.Delegations;
import dev.sluice.authn.IdentityProviders;
import dev.sluice.authn.Login;
import dev.sluice.authn.Logins;
import dev.sluice.authn.TokenKey;
import dev.sluice.blob.Blobs;
import dev.sluice.blob.disk.DiskBlobs;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.egress.Egress;
import dev.sluice.fs.BlobCollector;
import dev.sluice.fs.Collector;
import dev.sluice.fs.FsSettings;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.Usage;
import dev.sluice.gate.Gates;
import dev.sluice.host.HostProofs;
import dev.sluice.http.WebServer;
import dev.sluice.image.Pulls;
import dev.sluice.image.Pushes;
import dev.sluice.invoke.Invocations;
import dev.sluice.kafka.Kafka;
import dev.sluice.meter.Metrics;
import dev.sluice.oci.Puller;
import dev.sluice.oci.Pusher;
import dev.sluice.org.Departed;
import dev.sluice.org.Founding;
import dev.sluice.org.OrganizationLimits;
import dev.sluice.org.Organizations;
import dev.sluice.org.TenantLimits;
import dev.sluice.run.RunIds;
import dev.sluice.run.RunRetention;
import dev.sluice.run.Runs;
import dev.sluice.schedule.Scheduler;
import dev.sluice.secret.DataKeys;
import dev.sluice.secret.Secrets;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import dev.sluice.store.rocks.RocksStore;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.Credentials;
import dev.sluice.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The wiring: everything is made here, in the order in which it needs each other, and closed in the opposite
/// order.
final class Platform implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
    private static final String VERSION = "0.1.0";

    /// The collector's, after each page that it reads and each batch that it frees.
    private static final Duration COLLECTOR_PAUSE = Duration.ofMillis(1);

    /// From one look for sessions that are over, and for runs that are not kept, to the next.
    private static final Duration SWEEP_PAUSE = Duration.ofMinutes(10);

    /// From one look for another master key to the next.
    private static final Duration KEYS_PAUSE = Duration.ofSeconds(1);

    private final ArrayDeque<Runnable> parts = new ArrayDeque<>();
    private final Endpoints endpoints;
    private final Path data;

    private Platform(Config config) throws IOException, InterruptedException {
        this.data = config.data();
        boolean isStarted = false;
        try {
            DataDirectory.make(data);
            endpoints = start(config);
            isStarted = true;
        } finally {
            if (!isStarted) {
                close();
            }
        }
    }

    /// Starts everything; on return the server serves.
    ///
    /// @throws IOException if the data directory cannot be used
    static Platform open(Config config) throws IOException, InterruptedException {
        return new Platform(config);
    }

    Endpoints endpoints() {
        return endpoints;
    }

    private Endpoints start(Config config) throws IOException, InterruptedException {
        Clock clock = Clock.systemUTC();
        var random = new SecureRandom();
        int memoryMib = Math.min(config.guestMib(), Machine.guestMemoryMib());
        var limits = new TenantLimits(config.limits(), config.quotas());

        var store = closing(new RocksStore(data.resolve("store"), data.resolve("native")), RocksStore::close);
        var blobs = new DiskBlobs(data.resolve("blobs"), clock);
        var fs = new LabeledFs(store, random, new FsSettings(limits::storage, clock, Gates::named));
        fs.bootstrap();
        AuditLog audit = audit(store, clock);
        var egress = closing(Egress.open(config.egress()), Egress::close);
        var gates = new Gates(fs, audit, egress);
        DataKeys keys = keys(store, random);
        Runs runs = runs(store, clock);
        var scheduler = new Scheduler(memoryMib, tenant -> Limiting.runs(limits, tenant));
        var guests = closing(
                Guests.start(config, CloudCalls.Rooms.of(fs, blobs, gates), scheduler, limits, store), Guests::close);
        var secrets = new Secrets(fs, keys, audit, random);
        var invocations = new Invocations(
                gates, scheduler, guests.worker(), secrets, runs, new RunIds(clock, random), audit, clock);
        Credentials own = TlsIdentity.at(data, clock);
        var front = closing(FrontDoor.open(config, own, invocations, store, clock), FrontDoor::close);
        var organizations = retain(new RunRetention(store, config.runs(), clock), new Organizations(fs, audit));
        AdminAccess admin = admin(organizations, clock);
        var delegations = new Delegations(organizations, TokenKey.at(data, clock), clock);
        Api.SignIn signIn = signIn(new Kept(store, organizations, audit), delegations, front.listener(), clock);
        var parts = Departures.Parts.of(store, fs, runs, keys, signIn.login(), guests.used(), clock);
        Departures departures = collect(parts, new Departed(fs, audit), fs, blobs, guests, config.collectSeconds());
        var rooms = new Api.Rooms(
                new Authenticator(organizations, new Bearers(organizations, config.tokens(), clock), delegations),
                organizations,
                fs,
                blobs,
                gates,
                running(config, egress, front, invocations, guests, blobs, store),
                runs,
                secrets,
                system(config, fs, blobs, gates),
                audit,
                signIn,
                tenancy(departures, limits, new OrganizationLimits(fs, audit, limits), scheduler, store));
        var isReady = new AtomicBoolean();
        Api api = api(rooms, isReady, clock);
        var listener = closing(WebServer.start(config.api(), new CertificateTable(own), api), WebServer::close);
        recover(departures, invocations, api);
        front.certificates().tidy();
        Endpoints served = writeClientFiles(admin, listener, front.listener());
        isReady.set(true);
        return served;
    }

    private static Api.Running running(
            Config config,
            Egress egress,
            FrontDoor front,
            Invocations invocations,
            Guests guests,
            Blobs blobs,
            Store store) {
        return new Api.Running(
                invocations,
                guests.builds(),
                guests.drivers(),
                new Pulls(new Puller(egress, config.plainRegistries()), blobs, guests.roots()),
                new Pushes(new Pusher(egress, config.plainRegistries()), blobs, guests.roots(), config.guestDir()),
                store,
                front.gateway(),
                Kafka.of(config.egress()),
                new HostProofs(config.hosts(), egress),
                front.certificates(),
                new Metrics(guests.fleet(), front.answers()));
    }

    private Api api(Api.Rooms rooms, AtomicBoolean isReady, Clock clock) {
        var api = closing(new Api(rooms, new Api.Version(VERSION, "", ""), isReady::get, clock), Api::close);
        closing(new Periodic("events", SWEEP_PAUSE, List.of(api::sweep)), Periodic::close);
        return api;
    }

    private AdminAccess admin(Organizations organizations, Clock clock) throws IOException {
        var admin = new AdminAccess(data);
        admin.ensure(new Founding(organizations, clock));
        return admin;
    }

    private static SystemObjects system(Config config, LabeledFs fs, Blobs blobs, Gates gates) throws IOException {
        var system = new SystemObjects(fs, blobs, gates);
        system.ensure(config.functionsDir());
        return system;
    }

    private Endpoints writeClientFiles(AdminAccess admin, WebServer api, WebServer gateway) throws IOException {
        var ports = new ClientFiles.Ports(api.port(), api.tlsPort(), gateway.port(), gateway.tlsPort());
        var files = new ClientFiles(admin.keyFile(), ports);
        files.writeAdmin(data);
        files.writeUser(Path.of(System.getProperty("user.home")));
        return Endpoints.of(ports.api(), ports.apiTls(), ports.gateway(), ports.gatewayTls());
    }

    private static void writeDecisions(AuditLog audit) {
        try {
            audit.decisions().write();
        } catch (StoreFailed lost) {
            LOG.warn("what policies decided last is not on record: {}", lost.getMessage());
        }
    }

    private static void recover(Departures departures, Invocations invocations, Api api) {
        departures.recover();
        invocations.recover();
        api.recover();
    }

    private static Api.Tenancy tenancy(
            Departures departures, TenantLimits limits, OrganizationLimits register, Scheduler scheduler, Store store) {
        register.load();
        var limiting = new Limiting(limits, register, scheduler, tenant -> Usage.of(store, tenant), System::nanoTime);
        return new Api.Tenancy(departures, limiting);
    }

    /// Where logging in is kept.
    private record Kept(Store store, Organizations organizations, AuditLog audit) {}

    private Api.SignIn signIn(Kept kept, Delegations delegations, WebServer gateway, Clock clock) throws IOException {
        var login = Login.of(
                IdentityProviders.at(data),
                kept.store(),
                kept.organizations(),
                kept.audit(),
                new SecureRandom(),
                clock);
        closing(login.logins(), Logins::close);
        closing(new Periodic("sessions", SWEEP_PAUSE, List.of(login.sessions()::sweep)), Periodic::close);
        return new Api.SignIn(login, delegations, Set.of(gateway.port(), gateway.tlsPort()));
    }

    private Organizations retain(RunRetention retention, Organizations organizations) {
        Runnable prune = () -> organizations.all().forEach(one -> retention.prune(one.token()));
        closing(new Periodic("run-retention", SWEEP_PAUSE, List.of(prune)), Periodic::close);
        return organizations;
    }

    private Departures collect(
            Departures.Parts parts, Departed departed, LabeledFs fs, Blobs kept, Guests guests, int seconds) {
        var departures = new Departures(departed, parts, Clock.systemUTC());
        var objects = new Collector(fs, parts.store(), new SecureRandom(), COLLECTOR_PAUSE);
        var blobs = new BlobCollector(fs, parts.store(), kept, Clock.systemUTC(), COLLECTOR_PAUSE);
        closing(
                new Periodic(
                        "collector",
                        Duration.ofSeconds(seconds),
                        List.of(objects::collectIfDue, blobs::collectAndLog, guests.roots()::tidy, departures::goOn)),
                Periodic::close);
        return departures;
    }

    private AuditLog audit(Store store, Clock clock) {
        var audit = closing(new AuditLog(store, new SecureRandom(), clock), Platform::writeDecisions);
        closing(new Periodic("decisions", DecisionLog.PAUSE, List.of(audit.decisions()::write)), Periodic::close);
        return audit;
    }

    private DataKeys keys(Store store, SecureRandom random) throws IOException {
        DataKeys keys = DataKeys.at(store, data.resolve(DataKeys.FILE), random);
        closing(new Periodic("keys", KEYS_PAUSE, List.of(keys::rewrapIfDue)), Periodic::close);
        return keys;
    }

    private Runs runs(Store store, Clock clock) {
        var runs = new Runs(store, clock);
        closing(new Periodic("run-records", Runs.RECORD_AFTER, List.of(runs::recordLongRuns)), Periodic::close);
        return runs;
    }

    /// Stops serving, ends all guests, and makes durable what is not yet.
    @Override
    public void close() {
        for (Runnable closePart = parts.poll(); closePart != null; closePart = parts.poll()) {
            closePart.run();
        }
    }

    private <T> T closing(T part, Consumer<T> close) {
        parts.push(() -> close.accept(part));
        return part;
    }
}
