package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.org.Action;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;
import java.util.Optional;

/// `GET /v1/iam/auth`: whether somebody may do with a whole resource what a request to some path would, for proxies
/// that ask before they let it through. Only the path counts, never what is behind a `?` in it.
///
/// Source: contracts/dispatch.md 1.6.
final class EdgeRoutes {
    private static final int ACCEPTED = 202;

    /// Hosts are under the policies of APIs.
    private static final String HOST = "host";

    private final Door door;

    EdgeRoutes(Door door) {
        this.door = door;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/iam/auth", Refusals.ofPaths(this::auth));
    }

    private Response auth(Request request) {
        Caller.Known caller = door.borrower(request);
        String[] segments = request.header("X-Auth-Request-Redirect")
                .map(path -> path.split("[?#]", 2)[0].split("/", -1))
                .orElse(new String[0]);
        if (segments.length > 2) {
            Operation operation = resource(segments[2])
                    .flatMap(resource -> action(request).map(action -> Operation.of(action, resource)))
                    .orElseThrow(Door::forbidden);
            Door.lent(caller, operation);
        }
        return Response.empty(ACCEPTED)
                .with("X-Dispatch-Org", caller.organization().name());
    }

    private static Optional<Resource> resource(String word) {
        return word.equals(HOST) ? Optional.of(Resource.API) : Resource.of(word);
    }

    private static Optional<Action> action(Request request) {
        return switch (request.header("X-Original-Method").orElse("")) {
            case "GET" -> Optional.of(Action.GET);
            case "POST" -> Optional.of(Action.CREATE);
            case "PUT", "PATCH" -> Optional.of(Action.UPDATE);
            case "DELETE" -> Optional.of(Action.DELETE);
            default -> Optional.empty();
        };
    }
}
