package dev.sluice.api;

import dev.sluice.authn.Caller;
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
import java.util.function.BiFunction;

/// The five routes of a kind of entities, such as `/v1/baseimage`.
///
/// @param <W> what a client asks for
final class EntityRoutes<W> {
    private final Door door;
    private final Form form;
    private final Entities<W> entities;
    private final KeptRoutes kept;

    /// How a kind is called and answered.
    ///
    /// @param kind    as Dispatch's messages call it
    /// @param parameter as Dispatch's description calls the name in a path
    /// @param created the status of a successful creation
    /// @param need    what doing something with the one of that name asks of the policies
    record Form(
            String path,
            String kind,
            String parameter,
            int created,
            Resource resource,
            BiFunction<Action, String, Need> need) {
        static Form of(Resource resource, String kind, String parameter, int created) {
            return new Form(
                    "/v1/" + resource.word(),
                    kind,
                    parameter,
                    created,
                    resource,
                    (action, name) -> Need.of(action, resource, name));
        }
    }

    EntityRoutes(Door door, Form form, Entities<W> entities) {
        this.door = door;
        this.form = form;
        this.entities = entities;
        this.kept = new KeptRoutes(door, form, entities);
    }

    void addTo(Routes.Table table) {
        kept.addTo(table, this::create, this::update);
    }

    private Response create(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.CREATE, form.resource());
        W wish = entities.parse(request.body(ImageRequest.BODY_BYTES_MAX));
        Task task = kept.lent(caller, Action.CREATE, entities.name(wish));
        requireAlso(caller, wish);
        try {
            return KeptRoutes.answer(form.created(), task.run(() -> entities.create(caller.organization(), wish)));
        } catch (Refused refused) {
            return Refusals.ofEntity(form.kind(), entities.name(wish), refused);
        }
    }

    private Response update(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = kept.lent(caller, Action.UPDATE, name);
        PathName.of(request, form.parameter());
        W wish = entities.parse(request.body(ImageRequest.BODY_BYTES_MAX));
        requireAlso(caller, wish);
        return KeptRoutes.answer(200, task.run(() -> {
            if (!entities.name(wish).equals(name)) {
                entities.find(caller.organization(), name);
                throw new Refused(Refusal.INVALID, "it keeps its name");
            }
            return entities.update(caller.organization(), name, wish);
        }));
    }

    /// It is not lent for what is done here, which uses nothing of it: what comes of the entity does, later.
    private void requireAlso(Caller.Known caller, W wish) {
        entities.alsoNeeds(wish).forEach(need -> ObjectLoans.of(caller, need));
    }
}
