package dev.sluice.api;

import dev.sluice.audit.AuditLog;
import dev.sluice.audit.AuditRecord;
import dev.sluice.audit.Verification;
import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;
import java.time.Instant;
import java.util.List;

/// `GET /v1/audit` lists the records that the caller may read; `GET /v1/audit/verify` walks the organization's chains,
/// which tells how many records there are, and so is for who may act for the organization as a whole; or the
/// operator's (`?chains=operator`), for who may do everything everywhere.
final class AuditRoutes {
    private static final String KIND = "audit record";
    private static final int LISTED_MAX = 1_000;
    private static final Operation LIST = Operation.of(Action.GET, Resource.IAM).deliveringAllThatMayBeRead();

    private final Door door;
    private final AuditLog audit;

    AuditRoutes(Door door, AuditLog audit) {
        this.door = door;
        this.audit = audit;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/audit", Refusals.ofEntities(KIND, this::list));
        table.add("GET", "/v1/audit/verify", Refusals.ofEntities(KIND, this::verify));
    }

    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = Door.lent(caller, LIST);
        List<AuditRecord> records =
                task.run(() -> audit.list(caller.organization().token(), LISTED_MAX));
        var out = new JsonWriter(256 * (records.size() + 1)).beginArray();
        records.forEach(record -> write(record, out));
        return Response.json(200, out.endArray().done());
    }

    /// Neither the salt nor where the other chain ended: that would tell how many records there are.
    private static void write(AuditRecord record, JsonWriter out) {
        out.beginObject();
        out.field("time", Instant.ofEpochMilli(record.timeMillis()).toString()).field("kind", record.kind());
        out.field("who", record.who()).field("what", record.what()).field("label", record.label());
        out.field("request", record.request()).field("run", record.run());
        out.name("details").beginObject();
        record.details().forEach(out::field);
        out.endObject().endObject();
    }

    /// Whose chains the caller means, who may know how many records they have.
    private static String chains(Request request, Caller.Known caller) {
        return switch (request.query("chains").orElse("organization")) {
            case "organization" -> {
                Door.requireWholeOrganization(caller);
                yield caller.organization().token();
            }
            case "operator" -> {
                Door.requireEverything(caller);
                yield AuditLog.OPERATOR;
            }
            default -> throw Rejection.of(400, "chains is organization or operator");
        };
    }

    private Response verify(Request request) {
        Caller.Known caller = door.known(request);
        String organization = chains(request, caller);
        door.recordWhole(caller, organization, request);
        List<String> expected = request.query("expect").stream().toList();
        return switch (audit.verify(organization, expected)) {
            case Verification.Sound(String head, long records) ->
                Response.json(
                        200,
                        new JsonWriter(256)
                                .beginObject()
                                .name("sound")
                                .value(true)
                                .field("head", head)
                                .name("records")
                                .value(records)
                                .endObject()
                                .done());
            case Verification.Broken(String chain, long number, String reason) ->
                Response.json(
                        200,
                        new JsonWriter(256)
                                .beginObject()
                                .name("sound")
                                .value(false)
                                .field("chain", chain)
                                .name("record")
                                .value(number)
                                .field("reason", reason)
                                .endObject()
                                .done());
        };
    }
}
