package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.io.IOException;
import java.util.Optional;

/// `/v1/blob`: payloads that are too large for a request, by ids that say nothing of them. Whoever may run functions
/// puts them, whoever may see runs gets those that he may read, and a run is given one by its id.
final class BlobRoutes {
    private static final String KIND = "blob";
    private static final String ONE = "/v1/blob/{name}";
    private static final String CONTENT = "application/octet-stream";

    private final Door door;
    private final UnlinkedBlobs unlinked;
    private final Uploads uploads;

    BlobRoutes(Door door, UnlinkedBlobs unlinked, Blobs blobs) {
        this.door = door;
        this.unlinked = unlinked;
        this.uploads = new Uploads(unlinked, blobs, Uploads.Limits.SERVED);
    }

    void addTo(Routes.Table table) {
        table.add("POST", "/v1/blob", Refusals.ofEntities(KIND, this::put));
        table.add("GET", ONE, Refusals.ofEntities(KIND, this::get));
        table.add("DELETE", ONE, Refusals.ofEntities(KIND, this::delete));
    }

    private Response put(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        Task task = Door.lent(caller, RunRoutes.execution(request)); // before the body is read
        Label label = label(request, caller.organization(), task);
        requireMayPut(task, label);
        Uploads.Kept kept = task.run(() -> uploads.keep(
                request,
                label,
                () -> requireMayPut(Door.lent(door.borrower(request), RunRoutes.execution(request)), label)));
        Bytes body = new JsonWriter(128)
                .beginObject()
                .field("id", kept.id().toString())
                .field("sizeBytes", kept.lengthBytes())
                .field("expires", kept.expires().getEpochSecond())
                .endObject()
                .done();
        return Response.json(201, body);
    }

    private static void requireMayPut(Task task, Label label) {
        task.requireMayCreate(label, task.exercise(Component.TRUE, Component.TRUE), KIND);
    }

    /// That of what somebody hands over to a run, unless he says more.
    private static Label label(Request request, Organization organization, Task task) {
        Optional<Label> said = request.query("label").map(FsPath::label);
        if (said.isPresent()) {
            return said.get();
        }
        Label runs = Label.of(Component.of(Resource.RUNS.in(organization.principal())), Component.TRUE);
        return task.mayObserve(runs)
                ? runs
                : RunRoutes.named(request)
                        .map(name -> Label.of(FunctionFiles.runner(organization, name), Component.TRUE))
                        .orElseThrow(Refused::denied);
    }

    private Response get(Request request) throws IOException {
        ObjectId id = UnlinkedBlobs.id(request.parameter("name"));
        Task task = RunRoutes.looking(door.borrower(request), RunRoutes.named(request));
        return task.run(() -> {
            Blobs.Blob blob = unlinked.open(id);
            if (!task.mayDeliver(task.label(), Label.PUBLIC)) {
                blob.close();
                throw Refused.notFound();
            }
            return Response.stream(200, CONTENT, new OpenBlob(blob), blob.length());
        });
    }

    /// A run that was given it and has not begun will not begin.
    private Response delete(Request request) {
        ObjectId id = UnlinkedBlobs.id(request.parameter("name"));
        Task task = RunRoutes.lent(door.borrower(request), RunRoutes.named(request), RunRoutes.CANCEL);
        task.run(() -> {
            unlinked.remove(id, task.forEndorsing());
            return id;
        });
        return Response.empty(204);
    }
}
