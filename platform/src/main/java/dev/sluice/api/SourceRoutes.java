package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.function.SourceArchive;
import dev.sluice.function.SourceFiles;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Resource;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// `/v1/function/{name}/source`: what a function, or with `?version=N` a version of it, was made of. Whoever may
/// get the function gets it: it is of the same label.
final class SourceRoutes {
    private static final String KIND = "function";
    private static final String ARCHIVE = "application/gzip";
    private static final int PACKED_AT_ONCE_MAX = 4;
    private static final int PATIENCE_SECONDS = 30;

    private final Door door;
    private final Functions functions;
    private final FunctionVersions versions;
    private final Blobs blobs;
    private final Semaphore packing = new Semaphore(PACKED_AT_ONCE_MAX, true);

    SourceRoutes(Door door, Functions functions, FunctionVersions versions, Blobs blobs) {
        this.door = door;
        this.functions = functions;
        this.versions = versions;
        this.blobs = blobs;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/function/{name}/source", Refusals.ofEntities(KIND, this::source));
    }

    private Response source(Request request) throws IOException, InterruptedException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Optional<String> version = request.query("version");
        FunctionEntity entity = ObjectLoans.of(caller, Need.of(Action.GET, Resource.FUNCTION, name))
                .run(() -> version.isEmpty()
                        ? functions.find(caller.organization(), name)
                        : version.flatMap(FunctionVersions::number)
                                .flatMap(number -> versions.find(caller.organization(), name, number))
                                .orElseThrow(Refused::notFound));
        Digest digest = entity.source().orElseThrow(Refused::notFound);
        if (!packing.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw Rejection.of(503, "too many sources are being fetched: try again later");
        }
        try (Blobs.Blob blob = blobs.open(digest).orElseThrow(Refused::notFound)) {
            SourceFiles files = SourceFiles.decode(blob.stream(0));
            return Response.of(200, ARCHIVE, Bytes.takeOver(SourceArchive.pack(files)));
        } finally {
            packing.release();
        }
    }
}
