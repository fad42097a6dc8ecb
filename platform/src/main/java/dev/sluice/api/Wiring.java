package dev.sluice.api;

import dev.sluice.host.HostClaims;
import dev.sluice.http.Routes;
import java.time.Clock;

/// How what the routes work with is made of the other rooms.
final class Wiring {
    private Wiring() {}

    static Images images(Api.Rooms rooms, Clock clock) {
        Api.Running running = rooms.running();
        return new Images(
                rooms.fs(),
                rooms.blobs(),
                running.invocations(),
                running.builds(),
                running.pulls(),
                new RegistryLogins(rooms.secrets()),
                clock);
    }

    static void access(Api.Rooms rooms, Door door, Routes.Table table) {
        Api.SignIn signIn = rooms.signIn();
        new AccessRoutes(
                        door,
                        rooms.authenticator(),
                        signIn.delegations(),
                        rooms.organizations(),
                        rooms.system(),
                        rooms.audit(),
                        signIn.login().acts())
                .addTo(table);
        new FleetRoutes(door, rooms.organizations(), rooms.running().metrics()).addTo(table);
    }

    static StandbyWishes standby(Api.Rooms rooms) {
        return new StandbyWishes(rooms.fs(), rooms.gates(), rooms.invocations().standby());
    }

    static Functions functions(
            Api.Rooms rooms, Images images, FunctionVersions versions, StandbyWishes standby, Clock clock) {
        return new Functions(
                rooms.fs(),
                rooms.gates(),
                rooms.blobs(),
                rooms.invocations(),
                rooms.runs(),
                images,
                versions,
                standby,
                rooms.tenancy().limiting().limits(),
                clock);
    }

    static EventServer events(Api.Rooms rooms, Images images, Functions functions, RequestRates rates, Clock clock) {
        var kafka = new KafkaDrivers(rooms.running().kafka());
        var subscriptions = new Subscriptions(
                rooms.fs(),
                rooms.gates(),
                rooms.running().store(),
                rooms.secrets(),
                kafka,
                functions,
                rooms.invocations(),
                clock);
        rooms.gates().outbox().serve(new RunEvents(subscriptions)::emit);
        var types = new KeptEntities<>(rooms.fs(), DriverTypeWish.KIND, clock);
        var own = new OwnDrivers(rooms.fs(), rooms.secrets(), rooms.running().store(), subscriptions, kafka, clock);
        var guests = new GuestDrivers(
                images.bases(), rooms.secrets(), subscriptions, rooms.running().drivers());
        var drivers = new Drivers(
                rooms.fs(),
                types,
                own,
                guests,
                organization -> Taking.admits(rooms.tenancy().limiting().limits(), rates, organization),
                rooms.audit(),
                clock);
        rooms.running().gateway().serveDrivers(drivers);
        return new EventServer(subscriptions, types, drivers);
    }

    static ServedApis apis(
            Api.Rooms rooms, Functions functions, FunctionVersions versions, RequestRates rates, Clock clock) {
        var bodies = new RequestBodies(rooms.fs(), rooms.blobs());
        var taking = new Taking(rooms.tenancy().limiting().limits(), rates, bodies);
        var entrances = new Entrances(rooms.secrets(), rooms.signIn().login(), clock);
        Api.Running running = rooms.running();
        var hosts = new Hosts(
                rooms.fs(),
                new HostClaims(running.store()),
                running.proofs(),
                new HostCertificates(running.certificates(), rooms.secrets(), new HostRecords(rooms.audit()), clock),
                clock);
        rooms.running().gateway().serveHosts(hosts::holder);
        return new ServedApis(
                rooms.fs(),
                rooms.gates(),
                functions,
                versions,
                rooms.running().gateway(),
                entrances,
                taking,
                hosts,
                clock);
    }
}
