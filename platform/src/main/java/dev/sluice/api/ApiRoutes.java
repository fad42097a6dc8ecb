package dev.sluice.api;

import dev.sluice.api.EntityRoutes.Form;
import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Principal;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.run.Runs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `/v1/api`, and what may flow through each of them: who reaches which function, what its runs know from the start,
/// and
/// whether their answers leave. What runs read beside that is judged when they answer.
final class ApiRoutes {
    private static final String FLOWS = "/v1/api/{name}/flows";

    private final Door door;
    private final ServedApis apis;
    private final Functions functions;
    private final Runs runs;

    ApiRoutes(Door door, ServedApis apis, Functions functions, Runs runs) {
        this.door = door;
        this.runs = runs;
        this.apis = apis;
        this.functions = functions;
    }

    void addTo(Routes.Table table) {
        new EntityRoutes<>(door, Form.of(Resource.API, "API", "api", 200), apis).addTo(table);
        new EntityRoutes<>(
                        door,
                        new Form(
                                "/v1/host",
                                "host",
                                PathName.HOST,
                                201,
                                Resource.API,
                                (action, name) -> Need.of(action, Resource.API, name)),
                        apis.hosts())
                .addTo(table);
        table.add("GET", FLOWS, Refusals.ofEntities("API", this::flows));
        new AccessLogRoutes(door, apis, runs).addTo(table);
    }

    private Response flows(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Organization organization = caller.organization();
        ApiWish api = ObjectLoans.of(caller, Need.of(Action.GET, Resource.API, name))
                .run(() -> apis.wish(organization, name));
        return Response.json(200, written(caller, organization, api).done());
    }

    /// Nothing of a function that the caller may not see, whether or not it is there.
    private Optional<FunctionEntity> function(Caller.Known caller, String name) {
        return seen(caller, name, () -> Optional.of(functions.find(caller.organization(), name)));
    }

    private static Optional<FunctionEntity> seen(
            Caller.Known caller, String name, ScopedValue.CallableOp<Optional<FunctionEntity>, RuntimeException> look) {
        Need need = Need.of(Action.GET, Resource.FUNCTION, name);
        if (!caller.may(need)) {
            return Optional.empty();
        }
        try {
            return ObjectLoans.of(caller, need).run(look);
        } catch (Refused notThere) {
            return Optional.empty();
        }
    }

    private JsonWriter written(Caller.Known caller, Organization organization, ApiWish api) {
        var out = new JsonWriter(1024).beginObject();
        ApiWish served = api.under(organization);
        out.field("name", api.name()).name("enabled").value(api.enabled());
        out.field("authentication", api.isGuarded() ? api.authentication() : ApiAccess.PUBLIC);
        out.field("protocols", served.protocols()).field("methods", served.methods());
        List<String> missing = apis.hosts().missing(organization, api).toList();
        out.field(
                "hosts",
                served.hosts().stream().filter(host -> !missing.contains(host)).toList());
        out.field("missingHosts", missing).field("paths", served.uris());
        out.field("function", api.function());
        String told = organization.principal() + "/" + Resource.API.word() + "/" + api.name();
        out.field("told", api.isGuarded() ? told : "T");
        out.field("releases", api.terms().answers().releases());
        if (api.terms().routing().isPlain()) {
            function(caller, api.function())
                    .ifPresent(function -> write(organization, api, Optional.empty(), function, told, out));
        } else {
            writeVersions(caller, organization, api, told, out);
        }
        return out.endObject();
    }

    /// Each with its share. Which they are is said to who may see the function.
    private void writeVersions(
            Caller.Known caller, Organization organization, ApiWish api, String told, JsonWriter out) {
        api.terms().routing().writeTo(out);
        if (!caller.may(Need.of(Action.GET, Resource.FUNCTION, api.function()))) {
            return;
        }
        out.name("versions").beginArray();
        for (Alias.Share share : apis.targets().shares(organization, api)) {
            out.beginObject().field("version", share.version()).field("weight", share.weight());
            seen(caller, api.function(), () -> apis.targets().version(organization, api.function(), share.version()))
                    .ifPresentOrElse(
                            version -> write(organization, api, Optional.of(share.version()), version, told, out),
                            () -> out.field("answers", "none: there is no such version"));
            out.endObject();
        }
        out.endArray();
    }

    private void write(
            Organization organization,
            ApiWish api,
            Optional<Long> version,
            FunctionEntity function,
            String told,
            JsonWriter out) {
        List<String> known = FunctionFiles.injected(organization, function.wish()).stream()
                .map(Principal::toString)
                .toList();
        List<String> released = api.terms().answers().releases().stream()
                .map(secret -> Resource.SECRET
                        .in(organization.principal())
                        .child(secret)
                        .toString())
                .toList();
        List<String> withheld =
                known.stream().filter(one -> !released.contains(one)).toList();
        List<String> start = new ArrayList<>(known);
        if (api.isGuarded()) {
            start.add(told);
        }
        out.field("functionStatus", function.status().name());
        out.field("knows", start).field("withholds", withheld);
        out.field("answers", answers(organization, api, version, function, withheld));
    }

    private String answers(
            Organization organization,
            ApiWish api,
            Optional<Long> version,
            FunctionEntity function,
            List<String> withheld) {
        if (!api.enabled() || function.status() != FunctionEntity.Status.READY) {
            return "none";
        }
        List<String> missing = apis.hosts().missing(organization, api).toList();
        if (!missing.isEmpty() && missing.size() == api.hosts().size()) {
            return "none: your organization does not have " + String.join(", ", missing);
        }
        if (!apis.targets().isCurrent(organization, api, version)) {
            return "none: the function has changed since, update the API";
        }
        return withheld.isEmpty() ? "leave" : "are withheld";
    }
}
