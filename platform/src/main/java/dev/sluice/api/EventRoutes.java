package dev.sluice.api;

import dev.sluice.api.EntityRoutes.Form;
import dev.sluice.authn.Caller;
import dev.sluice.bytes.Bytes;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `/v1/event`: subscriptions, drivers and their types, and events. One that nobody has subscribed to is dropped, as
/// Dispatch does.
final class EventRoutes {
    private static final String PATH = "/v1/event";

    private final Door door;
    private final Subscriptions subscriptions;
    private final KeptEntities<DriverTypeWish> types;
    private final Drivers drivers;

    EventRoutes(Door door, EventServer events) {
        this.door = door;
        this.subscriptions = events.subscriptions();
        this.types = events.types();
        this.drivers = events.drivers();
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
        new UndeliveredRoutes(door, subscriptions).addTo(table);
        new DriverLogRoutes(door, drivers).addTo(table);
        table.add("POST", PATH, Refusals.ofEntities("event", this::emit));
    }

    private static Form form(String path, String kind, String parameter, EventKind one) {
        return new Form(PATH + "/" + path, kind, parameter, 201, Resource.EVENT, one::need);
    }

    private Response emit(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        Task task = Door.lent(caller, Operation.of(Action.CREATE, Resource.EVENT));
        Organization organization = caller.organization();
        Component events = Component.of(Resource.EVENT.in(organization.principal()));
        Label label = Label.of(events, Component.TRUE).join(task.label());
        Bytes body = request.body(Emission.BYTES_MAX);
        List<CloudEvent> all = cloudEvents(request, body);
        if (all.isEmpty()) {
            Emission emission = Emission.parse(body);
            subscriptions.emit(organization, emission.event(label));
            return Response.json(200, emission.print());
        }
        subscriptions.emit(
                organization, all.stream().map(one -> one.event(label)).toList());
        return Response.empty(204);
    }

    /// Events of CloudEvents 1.0; none if it is one of 0.1.
    private static List<CloudEvent> cloudEvents(Request request, Bytes body) {
        String type = request.header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith(CloudEvent.BATCH)) {
            return CloudEvent.batch(CloudEvent.json(body));
        }
        if (type.startsWith(CloudEvent.STRUCTURED)) {
            return List.of(CloudEvent.structured(CloudEvent.json(body)));
        }
        Map<String, String> headers = request.headers();
        return headers.containsKey(CloudEvent.HEADERS + "specversion")
                ? List.of(CloudEvent.binary(headers, body))
                : List.of();
    }
}
