package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// `/faasten/fs/{path}`: the labeled file system for whoever asks, with his own authority and nothing lent.
final class FsRoutes {
    private static final String CONTENT = "application/octet-stream";

    private final Door door;
    private final LabeledFs fs;
    private final Blobs blobs;

    FsRoutes(Door door, LabeledFs fs, Blobs blobs) {
        this.door = door;
        this.fs = fs;
        this.blobs = blobs;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/faasten/fs/{path}", Refusals.ofPaths(this::get));
        table.add("PUT", "/faasten/fs/{path}", Refusals.ofPaths(this::put));
        table.add("POST", "/faasten/fs/{path}", Refusals.ofPaths(this::make));
        table.add("DELETE", "/faasten/fs/{path}", Refusals.ofPaths(this::remove));
    }

    private Response get(Request request) throws IOException {
        Door.Self self = door.self(request);
        FsPath path = self.path(request.parameter("path"));
        return switch (request.query("op").orElse("read")) {
            case "read" -> self.task().run(() -> content(path));
            case "list" -> Response.json(200, self.task().run(() -> listing(path, clearance(request, self), request)));
            case "stat" -> Response.json(200, self.task().run(() -> stat(path)));
            default -> throw Rejection.of(400, "op is read, list or stat");
        };
    }

    private Response content(FsPath path) throws IOException {
        try {
            return Response.of(200, CONTENT, fs.read(path, Kind.FILE).bytes());
        } catch (Refused refused) {
            if (refused.refusal() != Refusal.WRONG_KIND) {
                throw refused;
            }
        }
        BlobRef ref = BlobRef.decode(fs.read(path, Kind.BLOB).bytes());
        Blobs.Blob blob = blobs.open(ref.digest()).orElseThrow(Refused::notFound);
        return Response.stream(200, CONTENT, new OpenBlob(blob), blob.length());
    }

    /// One page. `next` is what to list after for the next one, where there is more.
    private Bytes listing(FsPath path, Label upTo, Request request) {
        int limit = limit(request);
        String after = request.query("after").orElse("");
        var out = new JsonWriter(1024).beginObject();
        Optional<String> next = fs.stat(path).kind() == Kind.FACETED
                ? facets(
                        fs.facets(
                                path,
                                upTo,
                                after.isEmpty() ? Optional.empty() : Optional.of(FsPath.label(after)),
                                limit),
                        limit,
                        out)
                : entries(fs.list(path, after, limit), limit, out);
        next.ifPresent(last -> out.field("next", last));
        return out.endObject().done();
    }

    private static Optional<String> facets(List<Label> page, int limit, JsonWriter out) {
        out.name("facets").beginArray();
        page.forEach(facet -> out.value(facet.toString()));
        out.endArray();
        return page.size() < limit
                ? Optional.empty()
                : Optional.of(page.getLast().toString());
    }

    private static Optional<String> entries(List<Entry> page, int limit, JsonWriter out) {
        out.name("entries").beginArray();
        page.forEach(entry -> entry(entry, out));
        out.endArray();
        return page.size() < limit
                ? Optional.empty()
                : Optional.of(page.getLast().name());
    }

    private static int limit(Request request) {
        String text = request.query("limit").orElse("");
        try {
            int limit = text.isEmpty() ? LabeledFs.LIST_ENTRIES_MAX : Integer.parseInt(text);
            if (limit >= 1 && limit <= LabeledFs.LIST_ENTRIES_MAX) {
                return limit;
            }
        } catch (NumberFormatException notANumber) {
            throw wrongLimit();
        }
        throw wrongLimit();
    }

    private static Rejection wrongLimit() {
        return Rejection.of(400, "limit is a number from 1 to " + LabeledFs.LIST_ENTRIES_MAX);
    }

    private static void entry(Entry entry, JsonWriter out) {
        Label label = entry.label();
        out.beginObject().field("name", entry.name()).field("kind", word(entry.kind()));
        out.field("label", label == null ? null : label.toString()).endObject();
    }

    private Bytes stat(FsPath path) {
        LabeledFs.Stat stat = fs.stat(path);
        return stat(lastName(path), stat.kind(), stat.label(), stat.sizeBytes(), stat.version());
    }

    private static Bytes stat(String name, Kind kind, Optional<Label> label, long size, long version) {
        var out = new JsonWriter(256).beginObject().field("name", name).field("kind", word(kind));
        out.field("label", label.map(Label::toString).orElse(null)).field("size", size);
        return out.field("version", version).endObject().done();
    }

    private Response put(Request request) throws IOException {
        Door.Self self = door.knownSelf(request);
        FsPath path = self.path(request.parameter("path"));
        Optional<Label> label = request.query("label").map(FsPath::label);
        long version = version(request);
        boolean isNew = request.query("op").equals(Optional.of("create"));
        Bytes content = request.body(LabeledFs.FILE_BYTES_MAX);
        return self.task().run(() -> {
            Optional<Entry> there = isNew ? Optional.empty() : fs.find(path);
            if (there.isPresent() || version != 0) {
                long next = fs.write(path, Kind.FILE, content, version, self.authority());
                Optional<Label> kept = there.flatMap(entry -> Optional.ofNullable(entry.label()));
                return Response.json(200, stat(path.name(), Kind.FILE, kept, content.length(), next));
            }
            Label its = label.orElseGet(() -> labelOfDirectory(path.parent()));
            fs.create(path, Kind.FILE, its, content, self.authority());
            return Response.json(201, stat(path.name(), Kind.FILE, Optional.of(its), content.length(), 1));
        });
    }

    private Response make(Request request) {
        if (!request.query("op").equals(Optional.of("mkdir"))) {
            throw Rejection.of(400, "op is mkdir");
        }
        Door.Self self = door.knownSelf(request);
        FsPath path = self.path(request.parameter("path"));
        Optional<Label> label = request.query("label").map(FsPath::label);
        return self.task().run(() -> {
            if (request.query("faceted").equals(Optional.of("true"))) {
                fs.createFaceted(path, self.authority());
                return Response.json(201, stat(path.name(), Kind.FACETED, Optional.empty(), 0, 0));
            }
            Label its = label.orElseGet(() -> labelOfDirectory(path.parent()));
            fs.createDirectory(path, its, self.authority());
            return Response.json(201, stat(path.name(), Kind.DIRECTORY, Optional.of(its), 0, 0));
        });
    }

    private Response remove(Request request) {
        Door.Self self = door.knownSelf(request);
        FsPath path = self.path(request.parameter("path"));
        self.task().run(() -> {
            fs.unlink(path, self.authority());
            return path;
        });
        return Response.empty(204);
    }

    private Label labelOfDirectory(FsPath directory) {
        return fs.stat(directory)
                .label()
                .orElseThrow(() -> new Refused(Refusal.WRONG_KIND, "only a facet of it holds entries"));
    }

    private static Label clearance(Request request, Door.Self self) {
        Component upTo = request.query("clearance").map(FsRoutes::component).orElse(self.identity());
        return Label.of(upTo, Component.TRUE);
    }

    private static Component component(String text) {
        try {
            return Component.parse(text);
        } catch (LabelInvalid wrong) {
            throw new Refused(Refusal.INVALID, "that is not a component: write principals such as acme/user/jon");
        }
    }

    private static long version(Request request) {
        String text = request.query("version").orElse("0");
        try {
            long version = Long.parseLong(text);
            if (version >= 0) {
                return version;
            }
        } catch (NumberFormatException notANumber) {
            throw Rejection.of(400, "version is a whole number");
        }
        throw Rejection.of(400, "version is a whole number");
    }

    private static String lastName(FsPath path) {
        return path.steps().isEmpty()
                ? ""
                : switch (path.steps().getLast()) {
                    case FsPath.Step.Name(String text) -> text;
                    case FsPath.Step.Facet(Label label) -> "<" + label + ">";
                    case FsPath.Step.Opened opened -> opened.toString();
                };
    }

    static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
