package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.EventKind;

/// `GET /v1/event/drivers/NAME/logs`: the last that a driver's program has printed. It may hold what the program knows:
/// so it is for who may read the driver and each secret that it is given.
final class DriverLogRoutes {
    private final Door door;
    private final Drivers drivers;

    DriverLogRoutes(Door door, Drivers drivers) {
        this.door = door;
        this.drivers = drivers;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/event/drivers/{name}/logs", Refusals.ofEntities("event driver", this::get));
    }

    /// @throws Refused `DENIED`, `NOT_FOUND`
    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = ObjectLoans.of(caller, EventKind.DRIVER.need(Action.GET, name));
        Drivers.Printed printed = task.run(() -> drivers.printed(caller.organization(), name));
        printed.needs().forEach(need -> ObjectLoans.of(caller, need));
        var out = new JsonWriter(256 + printed.log().length());
        out.beginObject().field("name", name).field("log", printed.log());
        return Response.json(200, out.endObject().done());
    }
}
