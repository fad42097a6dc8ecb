package dev.sluice.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.acme.Certificates;
import dev.sluice.audit.AuditLog;
import dev.sluice.authn.Authenticator;
import dev.sluice.authn.Bearers;
import dev.sluice.authn.Delegations;
import dev.sluice.authn.IdentityProviders;
import dev.sluice.authn.Login;
import dev.sluice.authn.TokenKey;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Builds;
import dev.sluice.build.Registries;
import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.driver.DriverGuests;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.fs.BlobCollector;
import dev.sluice.fs.Collector;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.FsSettings;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.Quota;
import dev.sluice.fs.QuotaPlan;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.fs.Usage;
import dev.sluice.function.Packages;
import dev.sluice.function.Reuse;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.Gates;
import dev.sluice.gateway.AccessLog;
import dev.sluice.gateway.Gateway;
import dev.sluice.host.HostProofs;
import dev.sluice.host.HostRules;
import dev.sluice.http.AnswerCounts;
import dev.sluice.http.WebServer;
import dev.sluice.image.Pulls;
import dev.sluice.image.Pushes;
import dev.sluice.image.Roots;
import dev.sluice.invoke.Invocations;
import dev.sluice.kafka.Kafka;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.meter.Fleet;
import dev.sluice.meter.Ledger;
import dev.sluice.meter.Metrics;
import dev.sluice.oci.PlainHosts;
import dev.sluice.oci.Puller;
import dev.sluice.oci.Pusher;
import dev.sluice.org.Departed;
import dev.sluice.org.Founding;
import dev.sluice.org.Organization;
import dev.sluice.org.OrganizationLimits;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policy;
import dev.sluice.org.PublicKeyText;
import dev.sluice.org.Resource;
import dev.sluice.org.ServiceAccount;
import dev.sluice.org.TenantLimits;
import dev.sluice.run.RunIds;
import dev.sluice.run.Runs;
import dev.sluice.sandbox.KeptRoots;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import dev.sluice.schedule.Scheduler;
import dev.sluice.secret.DataKeys;
import dev.sluice.secret.Secrets;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.Credentials;
import dev.sluice.tls.TlsIdentity;
import dev.sluice.worker.LocalWorker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The API over a real socket, with real guests and a store in memory.
final class ApiServer implements AutoCloseable {
    private static final KeyPair KEY = newKey(); // of every server: to make one takes as long as to start one
    /// What everybody is told whom no policy allows what he wants, as Dispatch says it.
    static final String FORBIDDEN =
            "{\"code\": 403,\"message\": \"Forbidden, please make sure you have required privileges\"}";

    /// Long enough for the tools, short enough to wait for one that never ends.
    private static final Duration BUILD_MAX = Duration.ofSeconds(25);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    final Store store;
    final TenantLimits limits = new TenantLimits(Map.of(), new QuotaPlan(Quota.DEFAULT, Map.of()));
    final LabeledFs fs;
    final Blobs blobs;
    private final Clock clock = Clock.systemUTC();
    private volatile Duration ahead = Duration.ZERO;
    final AuditLog audit;
    final DataKeys keys;
    private final Gates gates;
    private final Runs runs;
    final Scheduler scheduler;
    private final Invocations invocations;
    final Organizations organizations;
    final Authenticator authenticator;
    private final SandboxDriver driver;
    final Ledger ledger;
    final Meter meter;
    private final Egress egress;
    private final LocalWorker worker;
    private final Builds builds;
    final Roots roots;
    private final Pulls pulls;
    private final WebServer server;
    final WebServer gateway;
    private final Certificates certificates;
    private final Api api;
    private final Departures.Parts parts;
    private final HttpClient client = HttpClient.newHttpClient();

    ApiServer(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        this(directory, new MemoryStore(), new MemoryBlobs());
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    ApiServer(Path directory, Store store, Blobs blobs)
            throws IOException, InterruptedException, GeneralSecurityException {
        this(directory, store, blobs, Registries.NONE);
    }

    ApiServer(Path directory, Store store, Blobs blobs, Registries registries)
            throws IOException, InterruptedException, GeneralSecurityException {
        this(
                directory,
                store,
                blobs,
                registries,
                new EgressSettings(Set.of("api.example.com"), Set.of(), Optional.empty()));
    }

    ApiServer(Path directory, Store store, Blobs blobs, Registries registries, EgressSettings outside)
            throws IOException, InterruptedException, GeneralSecurityException {
        this(directory, store, blobs, registries, outside, HostRules.DEFAULT);
    }

    /// @param store stays open
    /// @param registries where builds of images fetch packages from
    /// @param outside what the operator lets out
    /// @param hostRules what organizations show of their hosts
    ApiServer(
            Path directory,
            Store store,
            Blobs blobs,
            Registries registries,
            EgressSettings outside,
            HostRules hostRules)
            throws IOException, InterruptedException, GeneralSecurityException {
        this.store = store;
        this.blobs = blobs;
        fs = new LabeledFs(
                store,
                new SecureRandom(),
                new FsSettings(limits::storage, () -> clock.instant().plus(ahead), Gates::named));
        audit = new AuditLog(store, new SecureRandom(), clock);
        organizations = new Organizations(fs, audit);
        fs.bootstrap();
        new Founding(organizations, clock).found((RSAPublicKey) KEY.getPublic());
        Path guest = Path.of("..", "guest").toAbsolutePath().normalize();
        driver = NamespaceDriver.open(NamespaceOptions.of(
                KeptRoots.under(directory.resolve("sandbox")),
                Map.of(
                        NamespaceOptions.PYTHON3, guest.resolve("python"),
                        NamespaceOptions.NODEJS, guest.resolve("node"),
                        NamespaceOptions.JAVA, guest.resolve("java/runtime"),
                        NamespaceOptions.BUILD, guest.resolve("build"))));
        ledger = new Ledger(store);
        meter = new Meter(driver, ledger, tenant -> Limiting.isolation(limits, tenant));
        scheduler = new Scheduler(1024, tenant -> Limiting.runs(limits, tenant));
        builds = new Builds(meter, blobs, registries, scheduler, BUILD_MAX);
        egress = Egress.open(outside);
        gates = new Gates(fs, audit, egress);
        runs = new Runs(store, clock);
        roots = new Roots(directory.resolve("images"), blobs);
        worker = new LocalWorker(
                meter,
                roots,
                blobs,
                gates,
                (gate, invoker) -> new CloudCalls(
                        new CloudCalls.Rooms(fs, blobs, gates, new Packages(blobs)),
                        invoker,
                        gate.policy().privilege()),
                Reuse.SAME_LABEL,
                1,
                2048,
                () -> scheduler.load().leasedMib(),
                () -> 4096,
                clock);
        pulls = new Pulls(new Puller(egress, new PlainHosts(outside.permitted())), blobs, roots);
        var pushes = new Pushes(new Pusher(egress, new PlainHosts(outside.permitted())), blobs, roots, guest);
        keys = DataKeys.at(store, directory.resolve(DataKeys.FILE), new SecureRandom());
        var secrets = new Secrets(fs, keys, audit, new SecureRandom());
        invocations = new Invocations(
                gates, scheduler, worker, secrets, runs, new RunIds(clock, new SecureRandom()), audit, clock);
        var system = new SystemObjects(fs, blobs, gates);
        system.ensure(guest.resolveSibling("examples").resolve("faasten").resolve("functions"));
        var delegations = new Delegations(organizations, TokenKey.at(directory, clock), clock);
        authenticator =
                new Authenticator(organizations, new Bearers(organizations, Bearers.Rules.DEFAULT, clock), delegations);
        var login = Login.of(IdentityProviders.at(directory), store, organizations, audit, new SecureRandom(), clock);
        var signIn = new Api.SignIn(login, delegations, Set.of());
        parts = Departures.Parts.of(store, fs, runs, keys, login, new Departures.Used(worker::end, ledger), clock);
        var departures = new Departures(new Departed(fs, audit), parts, clock);
        var doors = new Gateway(invocations, new AccessLog(store, clock), System::nanoTime);
        Credentials own = TlsIdentity.at(directory, clock);
        var table = new CertificateTable(own);
        table.askClients(doors::isAskingClients);
        certificates = new Certificates(directory, Optional.empty(), table, clock);
        api = new Api(
                new Api.Rooms(
                        authenticator,
                        organizations,
                        fs,
                        blobs,
                        gates,
                        new Api.Running(
                                invocations,
                                builds,
                                new DriverGuests(meter, roots, blobs, scheduler),
                                pulls,
                                pushes,
                                store,
                                doors,
                                Kafka.of(outside),
                                new HostProofs(hostRules, egress),
                                certificates,
                                new Metrics(
                                        new Fleet(meter, ledger, scheduler, worker::idleMib), new AnswerCounts(doors))),
                        runs,
                        secrets,
                        system,
                        audit,
                        signIn,
                        new Api.Tenancy(
                                departures,
                                new Limiting(
                                        limits,
                                        new OrganizationLimits(fs, audit, limits),
                                        scheduler,
                                        tenant -> Usage.of(store, tenant),
                                        System::nanoTime))),
                new Api.Version("0.0", "", ""),
                () -> true,
                clock);
        server = WebServer.start(WebServer.Ports.loopback(0, 0).withHttp2(true), new CertificateTable(own), api);
        gateway = WebServer.start(WebServer.Ports.loopback(0, 0).withHttp2(true), table, certificates.before(doors));
    }

    @Override
    public void close() {
        client.close();
        gateway.close();
        certificates.close();
        server.close();
        api.close();
        builds.close();
        worker.close();
        meter.close();
        egress.close();
    }

    /// Collects what nothing reaches, and the bytes that nothing names, as if it were later by what an upload or a
    /// run may last.
    ///
    /// @return how many blobs it has deleted
    long collectLater() throws IOException, InterruptedException {
        new Collector(fs, store, new SecureRandom(), Duration.ZERO).collect();
        InstantSource later = () -> clock.instant().plus(BlobCollector.GRACE).plusSeconds(1);
        return new BlobCollector(fs, store, blobs, later, Duration.ZERO).collect();
    }

    /// Collects as if it were later by what a blob is kept that nothing names.
    void expireBlobs() throws InterruptedException {
        ahead = UnlinkedBlobs.LEASE.plusMinutes(1);
        try {
            new Collector(fs, store, new SecureRandom(), Duration.ZERO).collect();
        } finally {
            ahead = Duration.ZERO;
        }
    }

    /// Looks for the last time for what deleted organizations have left, as if it were later.
    void departLater() {
        InstantSource later = () -> clock.instant().plus(Departures.GRACE).plusSeconds(1);
        new Departures(new Departed(fs, audit), parts, later).goOn();
    }

    /// The removal of what deleted organizations leave, where guests are ended so.
    Departures departures(Consumer<String> guests, InstantSource at) {
        var others = new Departures.Parts(
                parts.store(),
                parts.estates(),
                parts.runs(),
                parts.records(),
                parts.events(),
                parts.visits(),
                parts.keys(),
                parts.login(),
                new Departures.Used(guests, ledger));
        return new Departures(new Departed(fs, audit), others, at);
    }

    /// Goes on with what was begun, as after a restart.
    void recover() {
        api.recover();
    }

    /// The functions as a route has them that asked no policy.
    Functions functions() {
        var logins = new RegistryLogins(new Secrets(fs, keys, audit, new SecureRandom()));
        var images = new Images(fs, blobs, invocations, builds, pulls, logins, clock);
        StandbyWishes standby = standby();
        var versions = new FunctionVersions(fs, audit, standby, new SecureRandom(), clock);
        return new Functions(fs, gates, blobs, invocations, runs, images, versions, standby, limits, clock);
    }

    StandbyWishes standby() {
        return new StandbyWishes(fs, gates, invocations.standby());
    }

    /// How many guests wait loaded with what the gate at `path` leads to now.
    int waiting(Organization organization, FsPath path) {
        var function = ((GateContent.Direct) Upkeep.of(organization, Resource.FUNCTION)
                        .run(() -> gates.read(path).content()))
                .function();
        return worker.loaded().count(organization.token(), function);
    }

    Scheduler.Limits used(String organization) {
        return scheduler.used(organization);
    }

    int tlsPort() {
        return server.tlsPort();
    }

    int port() {
        return server.port();
    }

    /// An answer: its status, its body as text and, where it is, as JSON.
    record Answer(int status, String body, Map<String, List<String>> headers) {
        JsonNode json() {
            return JSON.readTree(body);
        }

        String text(String field) {
            return json().path(field).asString("");
        }
    }

    /// Whoever asks.
    record Asker(String token, String organization) {}

    static final Asker NOBODY = new Asker("", "");

    Organization home(String organization) {
        return organizations.tenant(organization).orElseThrow().organization();
    }

    Asker admin() {
        return account("dispatch", "admin");
    }

    Asker account(String organization, String name) {
        try {
            var claims = new JWTClaimsSet.Builder()
                    .issuer(organization + "/" + name)
                    .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                    .build();
            var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
            jwt.sign(new RSASSASigner(KEY.getPrivate()));
            return new Asker(jwt.serialize(), "");
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// A new organization with an account `dev` that may do this.
    Asker developer(String organization, String... resources) {
        var tenant = new Organization("i", organization, organization, 0);
        if (organizations.tenant(organization).isEmpty()) {
            asRoot(() -> organizations.register(tenant));
            asRoot(() -> organizations.prepare(tenant));
        }
        return addAccount(tenant, "dev", resources);
    }

    Asker addAccount(Organization tenant, String name, String... resources) {
        return addAccount(tenant, name, List.of("*"), List.of(resources));
    }

    Asker addAccount(Organization tenant, String name, List<String> actions, List<String> resources) {
        String text = PublicKeyText.print((RSAPublicKey) KEY.getPublic());
        asRoot(() -> organizations.put(tenant, new ServiceAccount("i", name, text, 0, 0)));
        var rule = new Policy.Rule(List.of(name), actions, resources);
        asRoot(() -> organizations.put(tenant, new Policy("i", name, false, List.of(rule), 0, 0)));
        return account(tenant.name(), name);
    }

    /// Lets them do everything there.
    void admit(String organization, String policy, boolean global, String... subjects) {
        var rule = new Policy.Rule(List.of(subjects), List.of("*"), List.of("*"));
        asRoot(() -> organizations.put(home(organization), new Policy("i", policy, global, List.of(rule), 0, 0)));
    }

    static void asRoot(Runnable body) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            body.run();
            return body;
        });
    }

    Answer get(Asker asker, String target) {
        return send(asker, "GET", target, Bytes.EMPTY);
    }

    /// The body of an answer that is no text.
    byte[] bytes(Asker asker, String target) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + target))
                .header("X-Dispatch-Org", asker.organization())
                .header("Authorization", "Bearer " + asker.token())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    Answer post(Asker asker, String target, String body) {
        return send(asker, "POST", target, Bytes.utf8(body));
    }

    Answer put(Asker asker, String target, String body) {
        return send(asker, "PUT", target, Bytes.utf8(body));
    }

    Answer delete(Asker asker, String target) {
        return send(asker, "DELETE", target, Bytes.EMPTY);
    }

    Answer send(Asker asker, String method, String target, Bytes body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + target))
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body.toArray()))
                .header("Content-Type", "application/json")
                .header("X-Dispatch-Org", asker.organization());
        if (!asker.token().isEmpty()) {
            request.header("Authorization", "Bearer " + asker.token());
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> answer =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(
                    answer.statusCode(), answer.body(), answer.headers().map());
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /// The body of a function's creation.
    static String function(String name, String image, String file, String source, String more) {
        byte[] gzip = Archives.gzip(Archives.tar(file, source));
        return "{\"name\":\"" + name + "\",\"image\":\"" + image + "\",\"source\":\""
                + Base64.getEncoder().encodeToString(gzip) + "\"" + more + "}";
    }

    static String python(String name, String source) {
        return function(name, "python3", name + ".py", source, "");
    }
}
