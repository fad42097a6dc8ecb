package dev.sluice.api;

import dev.sluice.authn.SessionActs;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.org.Action;
import dev.sluice.org.Founding;

/// Which sessions somebody has whom an organization's own provider vouched for, and ending them: for who manages its
/// `iam`. Those of the operator's providers hold in every organization, so they are for who may everywhere.
final class SessionRoutes {
    private static final String PATH = "/v1/iam/session";
    private static final String KIND = "session";

    private final IamDoor door;
    private final SessionActs sessions;

    SessionRoutes(IamDoor door, SessionActs sessions) {
        this.door = door;
        this.sessions = sessions;
    }

    void addTo(Routes.Table table) {
        table.add("GET", PATH, Refusals.ofEntities(KIND, this::list));
        table.add("DELETE", PATH, Refusals.ofEntities(KIND, this::end));
    }

    private Response list(Request request) {
        IamDoor.Author author = author(request, Action.GET);
        var out = new JsonWriter(256).beginArray();
        for (SessionActs.Known session : sessions.of(author.organization().token(), user(request))) {
            out.beginObject()
                    .field("provider", session.provider())
                    .field("begunTime", session.begun().getEpochSecond())
                    .field("usedTime", session.used().getEpochSecond())
                    .endObject();
        }
        return Response.json(200, out.endArray().done()).with("Cache-Control", "no-store");
    }

    private Response end(Request request) {
        IamDoor.Author author = author(request, Action.DELETE);
        String user = user(request);
        author.task().run(() -> {
            sessions.closeAll(author.organization().token(), user);
            return user;
        });
        return Response.empty(204);
    }

    private IamDoor.Author author(Request request, Action action) {
        IamDoor.Author author = door.author(request, action);
        if (author.organization().name().equals(Founding.ORGANIZATION)) {
            author.requireEverywhere();
        }
        return author;
    }

    private static String user(Request request) {
        return request.query("user")
                .filter(mail -> !mail.isEmpty())
                .orElseThrow(() -> Rejection.of(400, "say whose: ?user=MAIL"));
    }
}
