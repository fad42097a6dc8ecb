package dev.sluice.api;

import dev.sluice.blob.BlobTooLarge;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.ObjectId;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// The seed's own API: `/blobs`, `/gates`, `/dirs/...` and `/directories/...`.
final class SeedRoutes {
    static final long BLOB_BYTES_MAX = 1L << 30;
    private static final int BODY_BYTES_MAX = 64 << 10;

    private final Door door;
    private final LabeledFs fs;
    private final Blobs blobs;
    private final PathGates gates;

    SeedRoutes(Door door, LabeledFs fs, Blobs blobs, PathGates gates) {
        this.door = door;
        this.fs = fs;
        this.blobs = blobs;
        this.gates = gates;
    }

    void addTo(Routes.Table table) {
        add(table, "POST", "/blobs", this::blob);
        add(table, "POST", "/gates", request -> gate(request, false));
        add(table, "PUT", "/gates", request -> gate(request, true));
        for (String prefix : new String[] {"/dirs", "/directories"}) {
            add(table, "POST", prefix + "/{path...}", request -> link(request, false));
            add(table, "PUT", prefix + "/{path...}", request -> link(request, true));
        }
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofPaths(handler));
    }

    /// Keeps the body as a blob that nothing names yet but the id in the answer, which opens it for who may read it.
    private Response blob(Request request) throws IOException {
        Door.Self self = door.knownSelf(request);
        Label label = request.query("label").map(FsPath::label).orElse(Label.of(self.identity(), self.identity()));
        BlobRef ref = keep(request);
        ObjectId id = self.task().run(() -> fs.createUnlinked(Kind.BLOB, label, ref.encode(), self.authority()));
        var out = new JsonWriter(256).beginObject().field("blob", id.toString());
        out.field("label", label.toString()).field("size", ref.lengthBytes());
        return Response.json(201, out.endObject().done());
    }

    private BlobRef keep(Request request) throws IOException {
        try (InputStream body = request.bodyStream(BLOB_BYTES_MAX)) {
            var counted = new CountedInput(body);
            Digest digest = blobs.put(counted, BLOB_BYTES_MAX);
            return new BlobRef(digest, counted.count());
        } catch (BlobTooLarge tooLarge) {
            throw new Refused(Refusal.TOO_LARGE, "a blob holds at most " + BLOB_BYTES_MAX + " bytes");
        }
    }

    private Response gate(Request request, boolean isThere) throws IOException {
        Door.Self self = door.knownSelf(request);
        JsonBody body = JsonBody.parse(request.body(BODY_BYTES_MAX));
        FsPath path = SeedPaths.path(self, body.requiredText("path"));
        return putGate(self, path, body, isThere);
    }

    private Response putGate(Door.Self self, FsPath path, JsonBody body, boolean isThere) {
        Label label = isThere ? gates.replace(self, path, body) : gates.create(self, path, body);
        Kind kind = body.field("url").isPresent() ? Kind.SERVICE : Kind.GATE;
        return linked(isThere ? 200 : 201, path, kind, Optional.of(label));
    }

    /// Creates what the body names at the path, or makes the path name it instead of what it names now.
    private Response link(Request request, boolean isThere) throws IOException {
        Door.Self self = door.knownSelf(request);
        FsPath path = SeedPaths.path(self, request.rest());
        Bytes content = request.body(BODY_BYTES_MAX);
        JsonBody body =
                content.length() == 0 ? new JsonBody(JsonBody.JSON.createObjectNode()) : JsonBody.parse(content);
        if (PathGates.describes(body)) {
            return putGate(self, path, body, isThere);
        }
        Optional<FsPath> target = body.text("target").map(text -> SeedPaths.path(self, text));
        Optional<ObjectId> blob = body.text("blob").map(PathGates::blobId);
        if (target.isPresent() || blob.isPresent()) {
            return self.task().run(() -> {
                FsPath linked = target.orElseGet(() -> fs.openById(blob.orElseThrow(), Kind.BLOB));
                linkPath(linked, path, isThere, self.authority());
                return linked(
                        isThere ? 200 : 201,
                        path,
                        fs.find(path).orElseThrow(Refused::notFound).kind(),
                        Optional.empty());
            });
        }
        if (isThere) {
            throw Rejection.of(400, "name what to link: target, blob, or blob and image");
        }
        return directory(self, path, body);
    }

    private void linkPath(FsPath target, FsPath path, boolean isThere, Privilege with) {
        if (isThere) {
            fs.relink(target, path, with);
        } else {
            fs.link(target, path, with);
        }
    }

    private Response directory(Door.Self self, FsPath path, JsonBody body) {
        if (body.flag("faceted")) {
            self.task().run(() -> {
                fs.createFaceted(path, self.authority());
                return path;
            });
            return linked(201, path, Kind.FACETED, Optional.empty());
        }
        Label label = self.task().run(() -> {
            Label its =
                    body.field("label").map(LabelJson::parse).orElseGet(() -> gates.labelOfDirectory(path.parent()));
            fs.createDirectory(path, its, self.authority());
            return its;
        });
        return linked(201, path, Kind.DIRECTORY, Optional.of(label));
    }

    private static Response linked(int status, FsPath path, Kind kind, Optional<Label> label) {
        var out = new JsonWriter(256).beginObject().field("path", path.toString());
        out.field("kind", FsRoutes.word(kind));
        label.ifPresent(its -> out.field("label", its.toString()));
        return Response.json(status, out.endObject().done());
    }
}
