package dev.sluice.api;

import dev.sluice.api.EntityRoutes.Form;
import dev.sluice.authn.Caller;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import java.util.List;
import java.util.function.Predicate;

/// The three routes that each kind of entities has alike: list, show, delete. And the frame of the others.
final class KeptRoutes {
    private final Door door;
    private final Form form;
    private final Kept kept;

    KeptRoutes(Door door, Form form, Kept kept) {
        this.door = door;
        this.form = form;
        this.kept = kept;
    }

    /// The kind's five routes, two of which are its own.
    void addTo(Routes.Table table, Handler create, Handler update) {
        String all = form.path();
        String one = all + "/{name}";
        add(table, "POST", all, create);
        add(table, "GET", all, this::list);
        add(table, "GET", one, this::get);
        add(table, "PUT", one, update);
        add(table, "DELETE", one, this::delete);
    }

    private void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(form.kind(), handler));
    }

    Task lent(Caller.Known caller, Action action, String name) {
        return ObjectLoans.of(caller, form.need().apply(action, name));
    }

    /// Who may get some only sees those only.
    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = ObjectLoans.ofAllThatMayBeSeen(caller, form.resource());
        Predicate<List<FunctionEntity.Tag>> tagged = Tags.wanted(request);
        List<? extends NamedEntity> seen = task.run(() -> kept.list(caller.organization())).stream()
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
        PathName.of(request, form.parameter());
        return answer(200, task.run(() -> kept.find(caller.organization(), name)));
    }

    private Response delete(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = lent(caller, Action.DELETE, name);
        PathName.of(request, form.parameter());
        return answer(200, task.run(() -> kept.delete(caller.organization(), name)));
    }

    static Response answer(int status, NamedEntity entity) {
        var out = new JsonWriter(768);
        entity.writeTo(out);
        return Response.json(status, out.done());
    }
}
