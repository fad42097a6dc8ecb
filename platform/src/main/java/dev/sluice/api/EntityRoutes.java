package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Resource;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/// The five routes of a kind of entities: `/v1/baseimage` or `/v1/image`.
///
/// @param <W> what a client asks for
final class EntityRoutes<W> {
    private final Door door;
    private final Resource resource;
    private final String kind;
    private final Entities<W> entities;

    /// @param kind as Dispatch's messages call it
    EntityRoutes(Door door, Resource resource, String kind, Entities<W> entities) {
        this.door = door;
        this.resource = resource;
        this.kind = kind;
        this.entities = entities;
    }

    void addTo(Routes.Table table) {
        String all = "/v1/" + resource.word();
        String one = all + "/{name}";
        add(table, "POST", all, this::create);
        add(table, "GET", all, this::list);
        add(table, "GET", one, this::get);
        add(table, "PUT", one, this::update);
        add(table, "DELETE", one, this::delete);
    }

    private void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(kind, handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.CREATE, resource);
        W wish = entities.parse(request.body(ImageRequest.BODY_BYTES_MAX));
        Task task = lent(caller, Action.CREATE, entities.name(wish));
        try {
            return answer(201, task.run(() -> entities.create(caller.organization(), wish)));
        } catch (Refused refused) {
            return Refusals.ofEntity(kind, entities.name(wish), refused);
        }
    }

    private Response update(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = lent(caller, Action.UPDATE, name);
        W wish = entities.parse(request.body(ImageRequest.BODY_BYTES_MAX));
        return answer(200, task.run(() -> {
            if (!entities.name(wish).equals(name)) {
                entities.find(caller.organization(), name);
                throw new Refused(Refusal.INVALID, "it keeps its name");
            }
            return entities.update(caller.organization(), name, wish);
        }));
    }

    private Task lent(Caller.Known caller, Action action, String name) {
        return ObjectLoans.of(caller, Need.of(action, resource, name));
    }

    /// Who may get some only sees those only.
    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = ObjectLoans.ofAllThatMayBeSeen(caller, resource);
        Predicate<List<FunctionEntity.Tag>> tagged = Tags.wanted(request);
        List<? extends NamedEntity> seen = task.run(() -> entities.list(caller.organization())).stream()
                .filter(entity -> caller.may(Need.of(Action.GET, resource, entity.name())))
                .filter(entity -> tagged.test(entity.tags()))
                .toList();
        var out = new JsonWriter(512 * (seen.size() + 1)).beginArray();
        seen.forEach(entity -> entity.writeTo(out));
        return Response.json(200, out.endArray().done());
    }

    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = lent(caller, Action.GET, name);
        return answer(200, task.run(() -> entities.find(caller.organization(), name)));
    }

    private Response delete(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = lent(caller, Action.DELETE, name);
        return answer(200, task.run(() -> entities.delete(caller.organization(), name)));
    }

    private static Response answer(int status, NamedEntity entity) {
        var out = new JsonWriter(768);
        entity.writeTo(out);
        return Response.json(status, out.done());
    }
}
