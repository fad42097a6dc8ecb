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
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// `/v1/registry`: the logins of organizations at registries. A password comes in and never goes out.
final class RegistryRoutes {
    private static final String KIND = "registry";

    private final Door door;
    private final Secrets registries;
    private final InstantSource clock;
    private final CreationLocks changing = new CreationLocks();

    RegistryRoutes(Door door, Secrets secrets, InstantSource clock) {
        this.door = door;
        this.registries = secrets.registries();
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        add(table, "POST", "/v1/registry", this::create);
        add(table, "GET", "/v1/registry", this::list);
        add(table, "GET", "/v1/registry/{name}", this::get);
        add(table, "PUT", "/v1/registry/{name}", this::update);
        add(table, "DELETE", "/v1/registry/{name}", this::delete);
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(KIND, handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.CREATE, Resource.REGISTRY);
        RegistryBody body = RegistryBody.parse(request.body(RegistryBody.BYTES_MAX));
        Task task = ObjectLoans.of(caller, Need.of(Action.CREATE, Resource.REGISTRY, body.name()));
        try {
            return answer(
                    201,
                    task.run(() -> alone(caller, body, () -> {
                        Secret.Content content = body.content(clock.instant().getEpochSecond());
                        return registries.create(principal(caller), body.name(), content);
                    })));
        } catch (Refused refused) {
            return Refusals.ofEntity(KIND, body.name(), refused);
        }
    }

    /// All of it is stated anew, with the password: who may change where a login is used cannot have one that he does
    /// not know sent to a host of his.
    private Response update(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = ObjectLoans.of(caller, Need.of(Action.UPDATE, Resource.REGISTRY, name));
        RegistryBody body = RegistryBody.parse(request.body(RegistryBody.BYTES_MAX));
        if (!body.name().equals(name)) {
            throw Rejection.of(400, "bad request when processing registry " + name + ": a registry keeps its name");
        }
        return answer(
                200,
                task.run(() -> alone(caller, body, () -> {
                    Secret before = registries.read(principal(caller), name);
                    Secret.Content content = body.content(RegistryBody.createdSeconds(before));
                    return registries.update(principal(caller), name, content);
                })));
    }

    /// One change after the other, so that there is one login for a host: which one is used is never a question.
    private Secret alone(Caller.Known caller, RegistryBody body, Supplier<Secret> change) {
        ReentrantLock lock = changing.of(caller.organization());
        lock.lock();
        try {
            Predicate<String> isOther = name -> !name.equals(body.name());
            if (registries.list(principal(caller), isOther).stream()
                    .anyMatch(other -> RegistryBody.host(other).equals(body.host()))) {
                throw Rejection.of(
                        409,
                        "your organization has a login for " + body.host()
                                + " under another name: update or delete that one");
            }
            return change.get();
        } finally {
            lock.unlock();
        }
    }

    /// Who may get some registries only sees those only.
    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = ObjectLoans.ofAllThatMayBeSeen(caller, Resource.REGISTRY);
        Predicate<List<FunctionEntity.Tag>> tagged = Tags.wanted(request);
        Predicate<String> seen = name -> caller.may(Need.of(Action.GET, Resource.REGISTRY, name));
        List<Secret> all = task.run(() -> registries.list(principal(caller), seen)).stream()
                .filter(stored -> tagged.test(SecretBody.tags(stored)))
                .toList();
        var out = new JsonWriter(256 * (all.size() + 1)).beginArray();
        all.forEach(stored -> RegistryBody.write(stored, out));
        return unkept(Response.json(200, out.endArray().done()));
    }

    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = Door.lent(caller, Operation.of(Need.of(Action.GET, Resource.REGISTRY, name)));
        return answer(200, task.run(() -> registries.read(principal(caller), name)));
    }

    /// Also of one that does not open any more.
    private Response delete(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = ObjectLoans.of(caller, Need.of(Action.DELETE, Resource.REGISTRY, name));
        task.run(() -> {
            registries.delete(principal(caller), name);
            return name;
        });
        return Response.empty(204);
    }

    private static Principal principal(Caller.Known caller) {
        return caller.organization().principal();
    }

    private static Response answer(int status, Secret stored) {
        var out = new JsonWriter(512);
        RegistryBody.write(stored, out);
        return unkept(Response.json(status, out.done()));
    }

    private static Response unkept(Response response) {
        return response.with("Cache-Control", "no-store");
    }
}
