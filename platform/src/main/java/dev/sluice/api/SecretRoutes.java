package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Principal;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;
import dev.sluice.secret.Secret;
import dev.sluice.secret.Secrets;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// `/v1/secret`: whoever may get a secret sees its values, and nobody else does.
final class SecretRoutes {
    private static final String KIND = "secret";
    private static final String PARAMETER = "secretName";

    private final Door door;
    private final Secrets secrets;

    SecretRoutes(Door door, Secrets secrets) {
        this.door = door;
        this.secrets = secrets;
    }

    void addTo(Routes.Table table) {
        add(table, "POST", "/v1/secret", this::create);
        add(table, "GET", "/v1/secret", this::list);
        add(table, "GET", "/v1/secret/{name}", this::get);
        add(table, "PUT", "/v1/secret/{name}", this::update);
        add(table, "DELETE", "/v1/secret/{name}", this::delete);
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(KIND, handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.CREATE, Resource.SECRET);
        SecretBody body = SecretBody.parse(request.body(SecretBody.BYTES_MAX));
        Task task = ObjectLoans.of(caller, Need.of(Action.CREATE, Resource.SECRET, body.name()));
        try {
            return answer(201, task.run(() -> secrets.create(principal(caller), body.name(), body.content())));
        } catch (Refused refused) {
            return Refusals.ofEntity(KIND, body.name(), refused);
        }
    }

    /// Dispatch answers an update as it does a creation.
    private Response update(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = ObjectLoans.of(caller, Need.of(Action.UPDATE, Resource.SECRET, name));
        PathName.of(request, PARAMETER);
        SecretBody body = SecretBody.parse(request.body(SecretBody.BYTES_MAX));
        if (!body.name().equals(name)) {
            throw Rejection.of(400, "bad request when processing secret " + name + ": a secret keeps its name");
        }
        return answer(201, task.run(() -> secrets.update(principal(caller), name, body.content())));
    }

    /// Who may get some secrets only sees those only.
    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = ObjectLoans.ofAllThatMayBeSeen(caller, Resource.SECRET);
        Predicate<List<FunctionEntity.Tag>> tagged = Tags.wanted(request);
        Predicate<String> seen = name -> caller.may(Need.of(Action.GET, Resource.SECRET, name));
        List<Secret> all = task.run(() -> secrets.list(principal(caller), seen)).stream()
                .filter(secret -> tagged.test(SecretBody.tags(secret)))
                .toList();
        var out = new JsonWriter(256 * (all.size() + 1)).beginArray();
        all.forEach(secret -> SecretBody.write(secret, out));
        return unkept(Response.json(200, out.endArray().done()));
    }

    /// Lent that secret only, for who has a rule for it only: the label alone keeps him from the others.
    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = Door.lent(caller, Operation.of(Need.of(Action.GET, Resource.SECRET, name)));
        PathName.of(request, PARAMETER);
        Optional<Long> version = version(request);
        return answer(
                200,
                task.run(() -> version.isPresent()
                        ? secrets.readVersion(principal(caller), name, version.get())
                        : secrets.read(principal(caller), name)));
    }

    private static Optional<Long> version(Request request) {
        return request.query("version").map(text -> {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException wrong) {
                throw Rejection.of(422, 601, "version in query must be of type int64: \"string\"");
            }
        });
    }

    private Response delete(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = ObjectLoans.of(caller, Need.of(Action.DELETE, Resource.SECRET, name));
        PathName.of(request, PARAMETER);
        task.run(() -> {
            secrets.delete(principal(caller), name);
            return name;
        });
        return Response.empty(204);
    }

    private static Principal principal(Caller.Known caller) {
        return caller.organization().principal();
    }

    private static Response answer(int status, Secret secret) {
        var out = new JsonWriter(512);
        SecretBody.write(secret, out);
        return unkept(Response.json(status, out.done()));
    }

    /// No proxy or browser keeps values.
    private static Response unkept(Response response) {
        return response.with("Cache-Control", "no-store");
    }
}
