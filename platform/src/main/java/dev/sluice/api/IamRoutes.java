package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import java.io.IOException;
import java.util.List;

/// The five routes of a kind of `iam`, as Dispatch's clients know them.
final class IamRoutes<T> {
    private static final int ENTITY_BYTES = 1024;

    private final IamDoor door;
    private final IamEntities<T> entities;

    IamRoutes(IamDoor door, IamEntities<T> entities) {
        this.door = door;
        this.entities = entities;
    }

    /// @param path of all of them
    void addTo(Routes.Table table, String path) {
        String one = path + "/{name}";
        add(table, "POST", path, this::create);
        add(table, "GET", path, this::list);
        add(table, "GET", one, this::get);
        add(table, "PUT", one, this::update);
        add(table, "DELETE", one, this::delete);
    }

    private void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(entities.kind().said(), handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known maker = door.maker(request);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        String name = entities.nameIn(body);
        IamDoor.Author author = door.author(maker, Action.CREATE, entities.kind(), name);
        try {
            return answer(201, door.change(author, now -> entities.create(now, name, body)), Action.CREATE);
        } catch (Refused refused) {
            return Refusals.ofEntity(entities.kind().said(), name, refused);
        }
    }

    private Response list(Request request) {
        List<T> all = entities.list(door.author(request, Action.GET));
        var out = new JsonWriter(ENTITY_BYTES * (all.size() + 1)).beginArray();
        all.forEach(entity -> entities.write(entity, Action.GET, out));
        return Response.json(200, out.endArray().done());
    }

    private Response get(Request request) {
        IamDoor.Author author = door.author(request, Action.GET, entities.kind());
        return answer(200, entities.find(author, entities.nameIn(request)), Action.GET);
    }

    private Response update(Request request) throws IOException {
        IamDoor.Author author = door.author(request, Action.UPDATE, entities.kind());
        String name = entities.nameIn(request);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        entities.nameIn(body);
        return answer(200, door.change(author, now -> entities.update(now, name, body)), Action.UPDATE);
    }

    private Response delete(Request request) {
        IamDoor.Author author = door.author(request, Action.DELETE, entities.kind());
        String name = entities.nameIn(request);
        return answer(200, door.change(author, now -> entities.delete(now, name)), Action.DELETE);
    }

    private Response answer(int status, T entity, Action done) {
        var out = new JsonWriter(ENTITY_BYTES);
        entities.write(entity, done, out);
        return Response.json(status, out.done());
    }
}
