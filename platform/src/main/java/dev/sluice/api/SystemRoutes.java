package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Handler;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import java.util.function.BooleanSupplier;

/// What is said of the server itself.
final class SystemRoutes {
    private static final Bytes ROOT = Bytes.utf8("{\"message\":\"Default Root Page\"}");
    private static final Bytes HOME = Bytes.utf8("{\"message\":\"Home Page, You have already logged in\"}");
    private static final Bytes OK = Bytes.utf8("{\"status\":\"ok\"}");

    private final Door door;
    private final Api.Version version;
    private final BooleanSupplier isReady;

    SystemRoutes(Door door, Api.Version version, BooleanSupplier isReady) {
        this.door = door;
        this.version = version;
        this.isReady = isReady;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/", known(ROOT));
        table.add("GET", "/home", known(HOME));
        table.add("GET", "/v1/version", _ -> Response.json(200, version()));
        table.add("GET", "/faasten/ping", _ -> Response.text(200, "Pong."));
        table.add(
                "GET",
                "/faasten/ping/scheduler",
                _ -> isReady.getAsBoolean() ? Response.empty(204) : Refusals.error(500, "the server is starting"));
        table.add("GET", "/healthz", _ -> Response.json(200, OK));
        table.add(
                "GET",
                "/readyz",
                _ -> isReady.getAsBoolean()
                        ? Response.json(200, OK)
                        : Response.error(503, 503, "the server is starting"));
    }

    private Handler known(Bytes page) {
        return Refusals.ofPaths(request -> {
            door.known(request);
            return Response.json(200, page);
        });
    }

    private Bytes version() {
        return new JsonWriter(256)
                .beginObject()
                .field("version", version.version())
                .field("commit", version.commit())
                .field("buildDate", version.buildDate())
                .field("compiler", "javac")
                .field("platform", "linux/" + System.getProperty("os.arch"))
                .endObject()
                .done();
    }
}
