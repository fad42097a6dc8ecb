package dev.sluice.api;

import dev.sluice.api.EntityRoutes.Form;
import dev.sluice.authn.Caller;
import dev.sluice.fs.LabeledFs;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Action;
import dev.sluice.org.EventKind;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.io.IOException;
import java.time.InstantSource;

/// `/v1/event`: subscriptions, drivers and their types, and events. One that nobody has subscribed to is dropped, as
/// Dispatch does.
final class EventRoutes {
    private static final String PATH = "/v1/event";

    private final Door door;
    private final Subscriptions subscriptions;
    private final KeptEntities<DriverTypeWish> types;
    private final KeptEntities<DriverWish> drivers;

    EventRoutes(Door door, LabeledFs fs, Subscriptions subscriptions, InstantSource clock) {
        this.door = door;
        this.subscriptions = subscriptions;
        this.types = new KeptEntities<>(fs, DriverTypeWish.KIND, clock);
        this.drivers = new KeptEntities<>(fs, DriverWish.kind(types), clock);
    }

    void addTo(Routes.Table table) {
        new EntityRoutes<>(
                        door,
                        form("subscriptions", "subscription", "subscriptionName", EventKind.SUBSCRIPTION),
                        subscriptions)
                .addTo(table);
        new EntityRoutes<>(door, form("drivers", "event driver", "driverName", EventKind.DRIVER), drivers).addTo(table);
        new EntityRoutes<>(
                        door, form("drivertypes", "event driver type", "driverTypeName", EventKind.DRIVER_TYPE), types)
                .addTo(table);
        table.add("POST", PATH, Refusals.ofEntities("event", this::emit));
    }

    private static Form form(String path, String kind, String parameter, EventKind one) {
        return new Form(PATH + "/" + path, kind, parameter, 201, Resource.EVENT, one::need);
    }

    private Response emit(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        Task task = Door.lent(caller, Operation.of(Action.CREATE, Resource.EVENT));
        Emission emission = Emission.parse(request.body(Emission.BYTES_MAX));
        Organization organization = caller.organization();
        Component events = Component.of(Resource.EVENT.in(organization.principal()));
        Label label = Label.of(events, Component.TRUE).join(task.label());
        subscriptions.emit(organization, emission.event(label));
        return Response.json(200, emission.print());
    }
}
