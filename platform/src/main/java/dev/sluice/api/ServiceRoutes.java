package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Principal;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;
import dev.sluice.secret.Secret;
import dev.sluice.secret.Secrets;
import dev.sluice.secret.ServiceInstance;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// `/v1/serviceclass` and `/v1/serviceinstance`: the built-in broker. What an instance was given is seen by whoever may
/// get it; what it was given of secrets, by nobody but the code that is bound.
final class ServiceRoutes {
    private static final String CLASS = "service class";
    private static final String KIND = "service instance";
    private static final String PARAMETER = "serviceInstanceName";

    private final Door door;
    private final Secrets secrets;
    private final Secrets instances;
    private final InstantSource clock;

    ServiceRoutes(Door door, Secrets secrets, InstantSource clock) {
        this.door = door;
        this.secrets = secrets;
        this.instances = secrets.serviceInstances();
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        add(table, CLASS, "GET", "/v1/serviceclass", this::classes);
        add(table, CLASS, "GET", "/v1/serviceclass/{name}", this::oneClass);
        add(table, KIND, "POST", "/v1/serviceinstance", this::create);
        add(table, KIND, "GET", "/v1/serviceinstance", this::list);
        add(table, KIND, "GET", "/v1/serviceinstance/{name}", this::get);
        add(table, KIND, "DELETE", "/v1/serviceinstance/{name}", this::delete);
    }

    private static void add(Routes.Table table, String kind, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(kind, handler));
    }

    private Response classes(Request request) {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.GET, Resource.SERVICECLASS);
        Predicate<List<FunctionEntity.Tag>> tagged = Tags.wanted(request);
        var out = new JsonWriter(2048).beginArray();
        ServiceClass.ALL.stream()
                .filter(one -> caller.may(Need.of(Action.GET, Resource.SERVICECLASS, one.name())))
                .filter(_ -> tagged.test(List.of()))
                .forEach(one -> one.writeTo(out));
        return Response.json(200, out.endArray().done());
    }

    private Response oneClass(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task _ = ObjectLoans.of(caller, Need.of(Action.GET, Resource.SERVICECLASS, name));
        PathName.of(request, "serviceClassName");
        var out = new JsonWriter(1024);
        ServiceClass.of(name).orElseThrow(Refused::notFound).writeTo(out);
        return Response.json(200, out.done());
    }

    private Response create(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.CREATE, Resource.SERVICEINSTANCE);
        ServiceInstanceBody body = ServiceInstanceBody.parse(request.body(ServiceInstanceBody.BYTES_MAX));
        Task task = reading(caller, Need.of(Action.CREATE, Resource.SERVICEINSTANCE, body.name()), body);
        try {
            Secret made = task.run(() -> create(principal(caller), body));
            return answer(201, made, "INITIALIZED");
        } catch (Refused refused) {
            return Refusals.ofEntity(KIND, body.name(), refused);
        }
    }

    /// Whoever names a secret must be allowed to read it, whether or not there is one of that name.
    private static Task reading(Caller.Known caller, Need instance, ServiceInstanceBody body) {
        List<Need> needs = new ArrayList<>(List.of(instance));
        body.secrets().distinct().forEach(name -> needs.add(Need.of(Action.GET, Resource.SECRET, name)));
        needs.forEach(need -> ObjectLoans.of(caller, need));
        if (needs.stream().anyMatch(need -> need.object(caller.organization()).isEmpty())) {
            throw Rejection.of(400, "a name is given that no secret has");
        }
        return ObjectLoans.of(caller, new Operation(needs, List.of()));
    }

    /// What its author has read of secrets he gives to whoever may use the instance.
    private Secret create(Principal organization, ServiceInstanceBody body) {
        Map<String, Map<String, String>> values = new HashMap<>();
        Component released = Component.TRUE;
        for (String name : body.secrets().distinct().toList()) {
            values.put(name, values(organization, name));
            released = released.and(Secrets.label(organization, name).secrecy());
        }
        Secret.Content content = body.content(name -> values.getOrDefault(name, Map.of()), clock.millis());
        return instances.create(organization, body.name(), content, released);
    }

    private Map<String, String> values(Principal organization, String name) {
        try {
            return secrets.read(organization, name).values();
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.NOT_FOUND) {
                throw new Refused(Refusal.INVALID, "[Code: 404] secret " + name + " not found");
            }
            throw refused;
        }
    }

    /// Who may get some instances only sees those only.
    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = ObjectLoans.ofAllThatMayBeSeen(caller, Resource.SERVICEINSTANCE);
        Predicate<List<FunctionEntity.Tag>> tagged = Tags.wanted(request);
        Predicate<String> seen = name -> caller.may(Need.of(Action.GET, Resource.SERVICEINSTANCE, name));
        List<Secret> all = task.run(() -> instances.list(principal(caller), seen)).stream()
                .filter(instance -> tagged.test(SecretBody.tags(instance)))
                .toList();
        var out = new JsonWriter(512 * (all.size() + 1)).beginArray();
        all.forEach(instance -> ServiceInstanceBody.write(instance, status(instance), out));
        return unkept(Response.json(200, out.endArray().done()));
    }

    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = Door.lent(caller, Operation.of(Need.of(Action.GET, Resource.SERVICEINSTANCE, name)));
        PathName.of(request, PARAMETER);
        Secret found = task.run(() -> instances.read(principal(caller), name));
        return answer(200, found, status(found));
    }

    /// Also of one that does not open any more. Functions that name it are not asked: their runs fail until there is
    /// one
    /// of that name again.
    private Response delete(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = ObjectLoans.of(caller, Need.of(Action.DELETE, Resource.SERVICEINSTANCE, name));
        PathName.of(request, PARAMETER);
        Optional<Secret> gone = task.run(() -> {
            Optional<Secret> found = opened(principal(caller), name);
            instances.delete(principal(caller), name);
            return found;
        });
        return gone.map(instance -> answer(200, instance, "DELETING")).orElseGet(() -> Response.empty(204));
    }

    /// Empty for one that does not open any more.
    private Optional<Secret> opened(Principal organization, String name) {
        try {
            return Optional.of(instances.read(organization, name));
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.UNAVAILABLE) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private String status(Secret stored) {
        return ServiceInstanceBody.status(ServiceInstance.of(stored), clock.millis());
    }

    private static Principal principal(Caller.Known caller) {
        return caller.organization().principal();
    }

    private static Response answer(int status, Secret stored, String entityStatus) {
        var out = new JsonWriter(768);
        ServiceInstanceBody.write(stored, entityStatus, out);
        return unkept(Response.json(status, out.done()));
    }

    /// No proxy or browser keeps what may be credentials.
    private static Response unkept(Response response) {
        return response.with("Cache-Control", "no-store");
    }
}
