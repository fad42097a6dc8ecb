package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.meter.Fleet;
import dev.sluice.meter.Metrics;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// `/v1/instances`, `/v1/usage`, `/v1/workers` and `/metrics`: what guests there are, and what they use.
///
/// That depends on what all of an organization's runs do, whatever they know. So an organization's is for who may act
/// for it as a whole, and what is of all is for the operator.
final class FleetRoutes {
    private static final String KIND = "instance";

    private final Door door;
    private final Organizations organizations;
    private final Fleet fleet;
    private final Metrics metrics;

    FleetRoutes(Door door, Organizations organizations, Metrics metrics) {
        this.door = door;
        this.organizations = organizations;
        this.fleet = metrics.fleet();
        this.metrics = metrics;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/instances", Refusals.ofEntities(KIND, this::instances));
        table.add("GET", "/v1/usage", Refusals.ofEntities(KIND, this::usage));
        table.add("GET", "/v1/workers", Refusals.ofEntities(KIND, this::workers));
        table.add("GET", "/metrics", Refusals.ofEntities(KIND, this::metrics));
    }

    private Response instances(Request request) {
        Caller.Known caller = door.borrower(request);
        boolean isOfAll = isOfAll(request);
        if (isOfAll) {
            Door.requireEverything(caller);
        } else {
            Door.requireWholeOrganization(caller);
        }
        Organization own = caller.organization();
        List<Fleet.Instance> seen = isOfAll ? fleet.instances() : fleet.instances(own.token());
        Map<String, String> names = organizations.all().stream()
                .filter(one -> isOfAll || one.equals(own))
                .collect(Collectors.toMap(Organization::token, Organization::name, (one, _) -> one));
        var out = new JsonWriter(256 * (seen.size() + 1)).beginArray();
        seen.forEach(one -> write(one, names.getOrDefault(one.organization(), ""), out));
        return Response.json(200, out.endArray().done());
    }

    private static boolean isOfAll(Request request) {
        return switch (request.query("all").orElse("false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Rejection.of(422, 601, "all in query must be of type boolean");
        };
    }

    private static void write(Fleet.Instance one, String organization, JsonWriter out) {
        out.beginObject().field("id", one.id()).field("organization", organization);
        out.field("function", one.item()).field("driver", one.driver()).field("runtime", one.runtime());
        out.field("memoryMib", one.memoryMib()).field("memoryBytes", one.memoryBytes());
        out.field("memoryPeakBytes", one.peakBytes()).field("cpuMicros", one.cpuMicros());
        out.field("aliveSeconds", one.aliveSeconds()).endObject();
    }

    private Response usage(Request request) {
        Caller.Known caller = door.borrower(request);
        Door.requireWholeOrganization(caller);
        List<Fleet.Used> sums = fleet.used(caller.organization().token());
        var out = new JsonWriter(192 * (sums.size() + 1)).beginArray();
        for (Fleet.Used sum : sums) {
            out.beginObject().field("function", sum.item()).field("instances", sum.guests());
            out.field("cpuMicros", sum.cpuMicros()).field("aliveMicros", sum.aliveMicros());
            out.field("memoryMibMicros", sum.mibMicros())
                    .field("memoryPeakBytes", sum.peakBytes())
                    .endObject();
        }
        return Response.json(200, out.endArray().done());
    }

    private Response workers(Request request) {
        Door.requireEverything(door.borrower(request));
        Fleet.Worker worker = fleet.worker();
        var out = new JsonWriter(256).beginArray().beginObject().field("name", "local");
        out.field("instances", worker.instances()).field("memoryMib", worker.memoryMib());
        out.field("leasedMib", worker.leasedMib()).field("idleMib", worker.idleMib());
        out.field("waitingRuns", worker.waitingRuns()).endObject();
        return Response.json(200, out.endArray().done());
    }

    private Response metrics(Request request) {
        Door.requireEverything(door.borrower(request));
        return Response.of(200, Metrics.CONTENT_TYPE, Bytes.utf8(metrics.text()));
    }
}
