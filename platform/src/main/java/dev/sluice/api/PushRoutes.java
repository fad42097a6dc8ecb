package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Layer;
import dev.sluice.function.SourceArchive;
import dev.sluice.function.SourceFiles;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.Gates;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.image.Pushes;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Witness;
import dev.sluice.oci.PullFailed;
import dev.sluice.oci.Reference;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;

/// `POST /v1/function/{name}/push`: a function becomes an image in a registry, which serves it outside (docs/design/
/// registries.md). Its code and its base image leave the platform with the organization's login: whoever may change the
/// function and the organization's registries, and may get its images, may have it pushed.
final class PushRoutes {
    private static final String KIND = "function";
    private static final int BODY_BYTES_MAX = 8 << 10;
    private static final int PUSHED_AT_ONCE_MAX = 4;
    private static final int ANSWER_BYTES = 512;
    private static final String FILES = Pushes.HOME + "function/";
    private static final String ABOUT = Pushes.HOME + "function.json";

    private final Door door;
    private final Functions functions;
    private final Gates gates;
    private final Blobs blobs;
    private final Pushes pushes;
    private final RegistryLogins logins;
    private final Witness witness;
    private final Semaphore pushing = new Semaphore(PUSHED_AT_ONCE_MAX);
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    PushRoutes(
            Door door,
            Functions functions,
            Gates gates,
            Blobs blobs,
            Pushes pushes,
            RegistryLogins logins,
            Witness witness) {
        this.door = door;
        this.functions = functions;
        this.gates = gates;
        this.blobs = blobs;
        this.pushes = pushes;
        this.logins = logins;
        this.witness = witness;
    }

    void addTo(Routes.Table table) {
        table.add("POST", "/v1/function/{name}/push", Refusals.ofEntities(KIND, this::push));
    }

    private Response push(Request request) throws IOException, InterruptedException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        var operation = new Operation(
                List.of(
                        Need.of(Action.UPDATE, Resource.FUNCTION, name),
                        Need.of(Action.UPDATE, Resource.REGISTRY),
                        Need.of(Action.GET, Resource.IMAGE),
                        Need.of(Action.GET, Resource.BASEIMAGE)),
                List.of());
        Task task = ObjectLoans.of(caller, operation);
        String wanted = JsonBody.parse(request.body(BODY_BYTES_MAX)).requiredText("reference");
        try {
            Reference reference = Reference.parse(wanted);
            FunctionSpec function = task.run(() -> pushed(caller.organization(), name, reference));
            Digest pushed = pushInTurn(caller.organization(), reference, function);
            var out = new JsonWriter(ANSWER_BYTES);
            out.beginObject().field("function", name).field("reference", reference.toString());
            out.field("digest", "sha256:" + pushed.hex()).endObject();
            return Response.json(200, out.done());
        } catch (PullFailed failed) {
            throw Rejection.of(400, "the function cannot be pushed: " + failed.reason());
        }
    }

    /// What of the function leaves, on record as its pusher's before it does.
    private FunctionSpec pushed(Organization organization, String name, Reference reference) {
        FunctionEntity entity = functions.find(organization, name);
        if (entity.status() != FunctionEntity.Status.READY
                || !(gates.read(VersionFiles.gate(organization, name, entity.version()))
                                .content()
                        instanceof GateContent.Direct gate)) {
            throw Rejection.of(404, "function " + name + " is not READY");
        }
        if (gate.function().root().isEmpty()) {
            throw Rejection.of(
                    400,
                    "the function cannot be pushed: it runs on what this server's host has, which is no image: create"
                            + " a base image of one in a registry (sluice create base-image NAME HOST/IMAGE:TAG),"
                            + " an image on it, and the function with that image");
        }
        witness.record(new Deed(
                "function.push",
                name,
                FunctionFiles.gateLabel(organization, name),
                Map.of("version", Long.toString(entity.version()), "to", reference.toString())));
        return gate.function();
    }

    private Digest pushInTurn(Organization organization, Reference reference, FunctionSpec function)
            throws PullFailed, InterruptedException, IOException {
        if (!underWay.add(organization.token())) {
            throw Rejection.of(429, "your organization is pushing a function: try again when that is done");
        }
        try {
            if (!pushing.tryAcquire()) {
                throw Rejection.of(503, "too many functions are being pushed: try again later");
            }
            try {
                return push(organization, reference, function);
            } finally {
                pushing.release();
            }
        } finally {
            underWay.remove(organization.token());
        }
    }

    private Digest push(Organization organization, Reference reference, FunctionSpec function)
            throws PullFailed, InterruptedException, IOException {
        Digest root = function.root().orElseThrow();
        byte[] layer = SourceArchive.pack(files(function));
        return pushes.push(
                organization.token(),
                reference,
                logins.at(organization, reference),
                function.runtime(),
                root,
                Bytes.takeOver(layer),
                unpacked(layer));
    }

    /// The code, and what serves it: no secret, no environment, no setting that is the platform's.
    private SourceFiles files(FunctionSpec function) throws PullFailed, IOException {
        SortedMap<String, Bytes> all = new TreeMap<>(pushes.server(function.runtime()));
        for (Digest layer : function.layers()) {
            add(Layer.read(blobs, layer), all);
        }
        try (Blobs.Blob source = blobs.open(function.packageDigest()).orElseThrow(Refused::notFound)) {
            add(SourceFiles.decode(source.stream(0)), all);
        }
        var about = Map.of(
                "handler",
                function.handler(),
                "convention",
                function.convention().word());
        all.put(ABOUT, Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(new TreeMap<>(about))));
        try {
            return new SourceFiles(all);
        } catch (IllegalArgumentException tooMuch) {
            throw new PullFailed(String.valueOf(tooMuch.getMessage()));
        }
    }

    private static void add(SourceFiles files, Map<String, Bytes> all) throws PullFailed {
        files.files().forEach((path, content) -> all.put(FILES + path, content));
        if (all.values().stream().mapToLong(Bytes::length).sum() > SourceFiles.BYTES_MAX) {
            throw new PullFailed(
                    "with what its image brought it has more than " + (SourceFiles.BYTES_MAX >> 20) + " MiB");
        }
    }

    private static Digest unpacked(byte[] layer) throws IOException {
        MessageDigest sha = Digest.sha256();
        try (var tar = new DigestInputStream(new GZIPInputStream(new ByteArrayInputStream(layer)), sha)) {
            tar.transferTo(OutputStream.nullOutputStream());
        }
        return Digest.finish(sha);
    }
}
