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
import java.util.function.BiFunction;
import java.util.function.Predicate;

/// The five routes of a kind of entities, such as `/v1/baseimage`.
///
/// @param <W> what a client asks for
final class EntityRoutes<W> {
    private final Door door;
    private final Form form;
    private final Entities<W> entities;

    /// How a kind is called and answered.
    ///
    /// @param kind    as Dispatch's messages call it
    /// @param created the status of a successful creation
    /// @param need    what doing something with the one of that name asks of the policies
    record Form(String path, String kind, int created, Resource resource, BiFunction<Action, String, Need> need) {
        static Form of(Resource resource, String kind, int created) {
            return new Form(
                    "/v1/" + resource.word(),
                    kind,
                    created,
                    resource,
                    (action, name) -> Need.of(action, resource, name));
        }
    }

    EntityRoutes(Door door, Form form, Entities<W> entities) {
        this.door = door;
        this.form = form;
        this.entities = entities;
    }

    void addTo(Routes.Table table) {
        String all = form.path();
        String one = all + "/{name}";
        add(table, "POST", all, this::create);
        add(table, "GET", all, this::list);
        add(table, "GET", one, this::get);
        add(table, "PUT", one, this::update);
        add(table, "DELETE", one, this::delete);
    }

    private void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(form.kind(), handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.CREATE, form.resource());
        W wish = entities.parse(request.body(ImageRequest.BODY_BYTES_MAX));
        Task task = lent(caller, Action.CREATE, entities.name(wish));
        requireAlso(caller, wish);
        try {
            return answer(form.created(), task.run(() -> entities.create(caller.organization(), wish)));
        } catch (Refused refused) {
            return Refusals.ofEntity(form.kind(), entities.name(wish), refused);
        }
    }

    private Response update(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = lent(caller, Action.UPDATE, name);
        W wish = entities.parse(request.body(ImageRequest.BODY_BYTES_MAX));
        requireAlso(caller, wish);
        return answer(200, task.run(() -> {
            if (!entities.name(wish).equals(name)) {
                entities.find(caller.organization(), name);
                throw new Refused(Refusal.INVALID, "it keeps its name");
            }
            return entities.update(caller.organization(), name, wish);
        }));
    }

    private Task lent(Caller.Known caller, Action action, String name) {
        return ObjectLoans.of(caller, form.need().apply(action, name));
    }

    /// It is not lent for what is done here, which uses nothing of it: what comes of the entity does, later.
    private void requireAlso(Caller.Known caller, W wish) {
        entities.alsoNeeds(wish).forEach(need -> ObjectLoans.of(caller, need));
    }

    /// Who may get some only sees those only.
    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = ObjectLoans.ofAllThatMayBeSeen(caller, form.resource());
        Predicate<List<FunctionEntity.Tag>> tagged = Tags.wanted(request);
        List<? extends NamedEntity> seen = task.run(() -> entities.list(caller.organization())).stream()
                .filter(entity -> caller.may(form.need().apply(Action.GET, entity.name())))
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
