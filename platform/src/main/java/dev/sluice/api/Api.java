package dev.sluice.api;

import dev.sluice.acme.Certificates;
import dev.sluice.api.EntityRoutes.Form;
import dev.sluice.audit.AuditLog;
import dev.sluice.audit.Inquiry;
import dev.sluice.authn.Authenticator;
import dev.sluice.authn.Delegations;
import dev.sluice.authn.Login;
import dev.sluice.blob.Blobs;
import dev.sluice.build.Builds;
import dev.sluice.driver.DriverGuests;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.gate.Gates;
import dev.sluice.gateway.Gateway;
import dev.sluice.host.HostProofs;
import dev.sluice.http.Handler;
import dev.sluice.http.HttpRefused;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.image.Pulls;
import dev.sluice.image.Pushes;
import dev.sluice.invoke.Invocations;
import dev.sluice.kafka.Kafka;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import dev.sluice.org.OrganizationLimits;
import dev.sluice.org.Organizations;
import dev.sluice.org.Resource;
import dev.sluice.run.Runs;
import dev.sluice.secret.Secrets;
import dev.sluice.store.Store;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that the API listeners answer, in one table.
public final class Api implements Handler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";

    /// Pages of any origin may ask: who asks is shown by a token that the page must have. Never by a cookie: browsers
    /// do not send one where any origin is allowed, and no answer here says `Access-Control-Allow-Credentials`.
    private static final Response PREFLIGHT = Response.empty(204)
            .with(ALLOW_ORIGIN, "*")
            .with("Access-Control-Allow-Headers", "Authorization, Content-type,X-Faasten-Label")
            .with("Access-Control-Allow-Methods", "*");

    private final Routes routes;
    private final Functions functions;
    private final Images images;
    private final EventServer events;
    private final ServedApis apis;
    private final OrganizationLimits register;
    private final Organizations organizations;
    private final AuditLog audit;
    private final Executor behind;

    /// What the server says of itself.
    public record Version(String version, String commit, String buildDate) {}

    /// What the handlers work with.
    public record Rooms(
            Authenticator authenticator,
            Organizations organizations,
            LabeledFs fs,
            Blobs blobs,
            Gates gates,
            Running running,
            Runs runs,
            Secrets secrets,
            SystemObjects system,
            AuditLog audit,
            SignIn signIn,
            Tenancy tenancy) {
        Invocations invocations() {
            return running.invocations();
        }
    }

    /// What runs code in guests, what brings that which it runs on, what keeps what is to be run, and ways in and out.
    public record Running(
            Invocations invocations,
            Builds builds,
            DriverGuests drivers,
            Pulls pulls,
            Pushes pushes,
            Store store,
            Gateway gateway,
            Kafka kafka,
            HostProofs proofs,
            Certificates certificates,
            dev.sluice.meter.Metrics metrics) {}

    /// What bounds organizations: how much each may have, and how one ends.
    public record Tenancy(Departures departures, Limiting limiting) {}

    /// How people log in, and what they can give of that.
    ///
    /// @param tenantPorts where the gateway listens
    public record SignIn(Login login, Delegations delegations, Set<Integer> tenantPorts) {}

    public Api(Rooms rooms, Version version, BooleanSupplier isReady, Clock clock) {
        this(
                rooms,
                version,
                isReady,
                clock,
                later -> Thread.ofVirtual().name("refusal").start(later));
    }

    /// @param behind runs what happens after an answer. It must not keep the answer waiting: how long that takes
    ///     must not show
    public Api(Rooms rooms, Version version, BooleanSupplier isReady, Clock clock, Executor behind) {
        this.behind = behind;
        this.register = rooms.tenancy().limiting().register();
        Limiting limiting = rooms.tenancy().limiting();
        var rates = new RequestRates(limiting.nanos());
        var login = rooms.signIn().login();
        var door = new Door(rooms.authenticator(), login.users(), rooms.audit(), limiting.limits(), rates);
        this.organizations = rooms.organizations();
        this.audit = rooms.audit();
        this.images = Wiring.images(rooms, clock);
        StandbyWishes standby = Wiring.standby(rooms);
        var versions = new FunctionVersions(rooms.fs(), audit, standby, new SecureRandom(), clock);
        this.functions = Wiring.functions(rooms, images, versions, standby, clock);
        var table = new Routes.Table();
        addLogin(table, rooms.signIn());
        new SystemRoutes(door, version, isReady).addTo(table);
        Wiring.access(rooms, door, table);
        new CanRoutes(door, rooms.organizations()).addTo(table);
        var iam = new IamDoor(door, rooms.organizations());
        new WhatIfRoutes(iam, rooms.organizations(), audit.decisions(), clock).addTo(table);
        new OrganizationRoutes(iam, organizations, rooms.tenancy().departures(), this::forget, clock).addTo(table);
        new QuotaRoutes(iam, rooms.organizations(), limiting, rates, functions, rooms.invocations()).addTo(table);
        addKept(table, iam, clock);
        new SessionRoutes(iam, login.acts()).addTo(table);
        addImages(table, door);
        this.events = Wiring.events(rooms, images, functions, rates, clock);
        this.apis = Wiring.apis(rooms, functions, versions, rates, clock);
        addSettings(table, door, rooms, clock);
        addFunctions(table, door, versions, rooms, clock);
        addSecrets(table, door, rooms.secrets(), clock);
        addRuns(table, door, rooms, versions, clock);
        new InvokeRoutes(door, rooms.invocations(), rooms.blobs()).addTo(table);
        addFiles(table, door, rooms);
        new ExplainRoutes(door, audit, rooms.runs()).addTo(table);
        new AuditRoutes(door, audit).addTo(table);
        OpenApi.addTo(table, version.version());
        this.routes = table.build();
    }

    private static void addSecrets(Routes.Table table, Door door, Secrets secrets, InstantSource clock) {
        new SecretRoutes(door, secrets).addTo(table);
        new ServiceRoutes(door, secrets, clock).addTo(table);
        new RegistryRoutes(door, secrets, clock).addTo(table);
    }

    private static void addLogin(Routes.Table table, SignIn signIn) {
        Login login = signIn.login();
        var pages = new LoginPages(
                login, new FormSeal(new SecureRandom(), login.providers().publicUrl()));
        pages.addTo(table);
        new LoginRoutes(login, pages, signIn.tenantPorts()).addTo(table);
        new DeviceRoutes(login).addTo(table);
        new TerminalRoutes(login).addTo(table);
    }

    private static void addFiles(Routes.Table table, Door door, Rooms rooms) {
        new FsRoutes(door, rooms.fs(), rooms.blobs()).addTo(table);
        new SeedRoutes(door, rooms.fs(), rooms.blobs(), new PathGates(rooms.fs(), rooms.blobs(), rooms.gates()))
                .addTo(table);
    }

    private void addRuns(Routes.Table table, Door door, Rooms rooms, FunctionVersions versions, Clock clock) {
        var blobs = new UnlinkedBlobs(rooms.fs(), rooms.blobs());
        new BlobRoutes(door, blobs, rooms.blobs()).addTo(table);
        new RunRoutes(door, functions, versions, rooms.invocations(), rooms.runs(), new RunJson(clock), blobs)
                .addTo(table);
        new DeadLetterRoutes(door, rooms.invocations().redrives(), rooms.runs(), new RunJson(clock)).addTo(table);
        new LogRoutes(door, rooms.runs(), rooms.invocations().live(), clock).addTo(table);
    }

    private void addFunctions(
            Routes.Table table, Door door, FunctionVersions versions, Rooms rooms, InstantSource clock) {
        new FunctionRoutes(door, functions).addTo(table);
        new SourceRoutes(door, functions, versions, rooms.blobs()).addTo(table);
        new VersionRoutes(door, functions, versions, clock).addTo(table);
        new PushRoutes(
                        door,
                        functions,
                        rooms.gates(),
                        rooms.blobs(),
                        rooms.running().pushes(),
                        new RegistryLogins(rooms.secrets()),
                        rooms.audit())
                .addTo(table);
    }

    /// What `iam` keeps by name.
    private void addKept(Routes.Table table, IamDoor iam, Clock clock) {
        var accounts = new AccountEntities(organizations, clock);
        new IamRoutes<>(iam, new PolicyEntities(organizations, clock)).addTo(table, "/v1/iam/policy");
        new IamRoutes<>(iam, new RoleEntities(organizations, clock)).addTo(table, "/v1/iam/role");
        new IamRoutes<>(iam, accounts).addTo(table, "/v1/iam/serviceaccount");
        new AccountKeyRoutes(iam, organizations, accounts, clock).addTo(table);
    }

    private void addImages(Routes.Table table, Door door) {
        new EntityRoutes<>(door, Form.of(Resource.BASEIMAGE, "base image", "baseImageName", 201), images.bases())
                .addTo(table);
        new EntityRoutes<>(door, Form.of(Resource.IMAGE, "image", "imageName", 201), images).addTo(table);
        new ImageLogRoutes(door, images).addTo(table);
    }

    /// Dispatch answers the creation of an application and of an API with 200.
    private void addSettings(Routes.Table table, Door door, Rooms rooms, Clock clock) {
        Form application = Form.of(Resource.APPLICATION, "application", "application", 200);
        new EntityRoutes<>(door, application, new KeptEntities<>(rooms.fs(), ApplicationWish.KIND, clock)).addTo(table);
        new ApiRoutes(door, apis, functions, rooms.runs()).addTo(table);
        new EventRoutes(door, events).addTo(table);
        new EdgeRoutes(door).addTo(table);
    }

    private void forget(Organization deleted) {
        functions.forget(deleted);
        images.forget(deleted);
        events.forget(deleted);
        apis.forget(deleted);
        register.forget(deleted);
    }

    /// After a restart: goes on with what was begun for callers; with functions behind, since there may be many.
    public void recover() {
        organizations.all().forEach(images::recover);
        apis.hosts().retain(organizations.all());
        lookThrough(apis::recover);
        lookThrough(functions::tidy);
        Thread.ofVirtual().name("recover").start(() -> {
            lookThrough(functions::recover);
            lookThrough(events::changed);
        });
    }

    private void lookThrough(Consumer<Organization> what) {
        for (Organization one : organizations.all()) {
            try {
                what.accept(one);
            } catch (Refused refused) {
                LOG.warn("what an organization has was not looked through: {}", refused.refusal());
            }
        }
    }

    /// Removes what is not kept any longer. To be called again and again.
    public void sweep() {
        events.subscriptions().sweep();
    }

    /// Delivers no events any more.
    @Override
    public void close() {
        events.close();
        apis.close();
    }

    @Override
    public Response handle(Request request) throws IOException {
        if (request.method().equals("OPTIONS")) {
            return PREFLIGHT;
        }
        var inquiry = new Inquiry(request.id(), request.method() + " " + request.rawPath(), audit.decisions()::note);
        Response response = inquiry.run(() -> answer(request));
        if (inquiry.isRefused()) {
            behind.execute(() -> audit.refused(inquiry));
        }
        return response.with(ALLOW_ORIGIN, "*");
    }

    private Response answer(Request request) throws IOException {
        try {
            return routes.handle(request);
        } catch (HttpRefused refused) {
            return refused.response();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server stops");
        }
    }
}
