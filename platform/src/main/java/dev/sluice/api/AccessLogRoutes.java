package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.gateway.AccessLog;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.run.Run;
import dev.sluice.run.Runs;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// `GET /v1/api/NAME/log`: what became of requests at an API, for who may `get` it and the runs of its function.
///
/// Who may read the runs of one function only is shown the requests that the API led to it.
///
/// A record says what whoever asked was told. That there was a run, and which, it says beside that to who may know: of
/// an answer that told of a run to who may know that the run exists, of one that was withheld only to who may know how
/// the run ended. To others that record is one of a function that is not there.
final class AccessLogRoutes {
    private static final String AFTER = "after";
    private static final String LIMIT = "limit";
    private static final int LIMIT_DEFAULT = 100;

    private final Door door;
    private final ServedApis apis;
    private final Runs runs;

    AccessLogRoutes(Door door, ServedApis apis, Runs runs) {
        this.door = door;
        this.apis = apis;
        this.runs = runs;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/api/{name}/log", Refusals.ofEntities("API", this::log));
    }

    /// What a request and its answer are as secret as: `acme/api/NAME & acme/runs/FUNCTION,T`. What a guarded API tells
    /// flows there, and that there was a run.
    static Label label(Organization organization, ApiWish api) {
        Component known = Component.of(Resource.API.in(organization.principal()).child(api.name()));
        return Label.of(known.and(FunctionFiles.runner(organization, api.function())), Component.TRUE);
    }

    /// @throws Refused `NOT_FOUND`
    private Response log(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Organization organization = caller.organization();
        Need ofApi = Need.of(Action.GET, Resource.API, name);
        ApiWish wish = ObjectLoans.of(caller, ofApi).run(() -> apis.wish(organization, name));
        Task task = reader(caller, ofApi, wish);
        Optional<Long> after = request.query(AFTER).map(text -> number(text, AFTER, Long.MAX_VALUE));
        int limit = request.query(LIMIT)
                .map(text -> (int) number(text, LIMIT, AccessLog.PAGE_RECORDS_MAX))
                .orElse(LIMIT_DEFAULT);
        boolean mayReadAll = caller.may(Need.of(Action.GET, Resource.RUNS));
        Label its = label(organization, wish);
        var out = new JsonWriter(4096).beginObject().name("requests").beginArray();
        long last = task.run(() -> {
            long at = after.orElse(0L);
            for (AccessLog.Entry entry :
                    apis.log().read(organization.token(), name, of -> mayReadAll || of.equals(its), after, limit)) {
                write(entry, organization, out);
                at = entry.place();
            }
            return at;
        });
        return Response.json(
                200,
                out.endArray().field(AFTER, Long.toString(last)).endObject().done());
    }

    private static Task reader(Caller.Known caller, Need ofApi, ApiWish wish) {
        Need ofRuns = Need.of(Action.GET, Resource.RUNS, wish.function());
        Operation reading = Operation.of(ofRuns).deliveringAllThatMayBeRead();
        List<Need> also =
                Stream.concat(reading.optional().stream(), Stream.of(ofApi)).toList();
        return ObjectLoans.of(caller, new Operation(reading.required(), also));
    }

    private static long number(String text, String name, long max) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= max && (number > 0 || name.equals(AFTER))) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw Rejection.of(422, 601, name + " in query must be a number of at most " + max);
    }

    private void write(AccessLog.Entry entry, Organization organization, JsonWriter out) {
        AccessLog.Seen seen = entry.seen();
        out.beginObject().field("time", Instant.ofEpochMilli(seen.atMillis()).toString());
        if (seen.lost() > 0) {
            out.field("lost", seen.lost()).endObject();
            return;
        }
        out.field("method", seen.method()).field("path", seen.path());
        out.field("status", seen.status()).field("bytes", seen.bytes()).field("millis", seen.millis());
        if (seen.isCut()) {
            out.name("cut").value(true);
        }
        out.field("client", seen.client());
        run(entry, organization)
                .ifPresent(run -> out.field("run", run.id().toString()).field("version", run.faasId()));
        out.endObject();
    }

    /// As the current task may know it.
    private Optional<Run> run(AccessLog.Entry entry, Organization organization) {
        return entry.run()
                .flatMap(id -> runs.find(organization.token(), id))
                .filter(view -> entry.isTold() || view.status().isPresent())
                .map(Run.View::run);
    }
}
