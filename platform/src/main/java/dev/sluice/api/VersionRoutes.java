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
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// `/v1/function/{name}/versions` and `/v1/function/{name}/aliases`: what Dispatch does not have. Whoever changes
/// any of it changes the function.
final class VersionRoutes {
    private static final int BODY_BYTES_MAX = 16 << 10;
    private static final String FUNCTION = "/v1/function/{name}";
    private static final String VERSION = FUNCTION + "/versions/{version}";
    private static final String ALIAS = FUNCTION + "/aliases/{alias}";

    private final Door door;
    private final Functions functions;
    private final FunctionVersions versions;
    private final InstantSource clock;

    VersionRoutes(Door door, Functions functions, FunctionVersions versions, InstantSource clock) {
        this.door = door;
        this.functions = functions;
        this.versions = versions;
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        table.add("GET", FUNCTION + "/versions", Refusals.ofEntities("function", this::list));
        add(table, "GET", VERSION, this::get);
        add(table, "DELETE", VERSION, this::delete);
        table.add("GET", FUNCTION + "/aliases", Refusals.ofEntities("function", this::listAliases));
        table.add("POST", FUNCTION + "/aliases", Refusals.ofEntities("function", this::createAlias));
        add(table, "GET", ALIAS, this::showAlias);
        add(table, "PUT", ALIAS, this::updateAlias);
        add(table, "DELETE", ALIAS, this::deleteAlias);
        add(table, "POST", ALIAS + "/rollback", this::rollback);
    }

    /// What is refused is said of `hello:3` or `hello:prod`.
    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities("function", request -> {
            try {
                return handler.handle(request);
            } catch (Refused refused) {
                String qualifier = request.parameterIfAny("version") + request.parameterIfAny("alias");
                return Refusals.ofEntity("function", request.parameter("name") + ":" + qualifier, refused);
            }
        }));
    }

    private static Task lent(Caller.Known caller, Action action, Request request) {
        return ObjectLoans.of(caller, Need.of(action, Resource.FUNCTION, request.parameter("name")));
    }

    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        List<FunctionEntity> all = lent(caller, Action.GET, request).run(() -> {
            functions.find(caller.organization(), name);
            return versions.list(caller.organization(), name);
        });
        var out = new JsonWriter(512 * (all.size() + 1)).beginArray();
        all.forEach(version -> version.writeVersionTo(out));
        return Response.json(200, out.endArray().done());
    }

    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, Action.GET, request);
        return answer(task.run(() -> required(caller, request.parameter("name"), version(request))));
    }

    private static long version(Request request) {
        return FunctionVersions.number(request.parameter("version")).orElseThrow(Refused::notFound);
    }

    private FunctionEntity required(Caller.Known caller, String name, long version) {
        return versions.find(caller.organization(), name, version).orElseThrow(Refused::notFound);
    }

    private Response delete(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        return answer(lent(caller, Action.UPDATE, request)
                .run(() -> versions.remove(
                        caller.organization(), name, version(request), functions.find(caller.organization(), name))));
    }

    private static Response answer(FunctionEntity version) {
        var out = new JsonWriter(768);
        version.writeVersionTo(out);
        return Response.json(200, out.done());
    }

    private Response listAliases(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        List<Alias> all = lent(caller, Action.GET, request).run(() -> {
            functions.find(caller.organization(), name);
            return versions.aliases(caller.organization(), name);
        });
        var out = new JsonWriter(256 * (all.size() + 1)).beginArray();
        all.forEach(alias -> alias.writeTo(name, out));
        return Response.json(200, out.endArray().done());
    }

    private Response showAlias(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, Action.GET, request);
        return answer(200, request, task.run(() -> present(caller, request)));
    }

    private Alias present(Caller.Known caller, Request request) {
        return versions.alias(caller.organization(), request.parameter("name"), request.parameter("alias"));
    }

    private Response createAlias(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = lent(caller, Action.UPDATE, request);
        Alias.Wish wish = Alias.Wish.parse(request.body(BODY_BYTES_MAX), Optional.empty());
        try {
            task.run(() -> functions.find(caller.organization(), name));
            Task granting = granting(task, caller, name, wish.shares());
            return answer(201, request, granting.run(() -> versions.create(caller.organization(), name, wish)));
        } catch (Refused refused) {
            String what = refused.refusal() == Refusal.EXISTS ? name + ":" + wish.name() : name;
            return Refusals.ofEntity("function", what, refused);
        }
    }

    private Response updateAlias(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        lent(caller, Action.UPDATE, request);
        Alias.Wish wish = Alias.Wish.parse(request.body(BODY_BYTES_MAX), Optional.of(request.parameter("alias")));
        return replace(caller, request, before -> before.with(wish.shares(), now()));
    }

    /// At once: the next run is of the version before.
    private Response rollback(Request request) {
        Caller.Known caller = door.borrower(request);
        return replace(
                caller,
                request,
                before -> before.previous(now())
                        .orElseThrow(() -> new Refused(Refusal.INVALID, "the alias has never named anything else")));
    }

    private Response replace(Caller.Known caller, Request request, UnaryOperator<Alias> change) {
        Task task = lent(caller, Action.UPDATE, request);
        Alias before = task.run(() -> present(caller, request));
        Alias next = change.apply(before);
        String name = request.parameter("name");
        Task granting = granting(task, caller, name, next.shares());
        return answer(200, request, granting.run(() -> versions.replace(caller.organization(), name, before, next)));
    }

    private Response deleteAlias(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, Action.UPDATE, request);
        return answer(
                200,
                request,
                task.run(() ->
                        versions.delete(caller.organization(), request.parameter("name"), request.parameter("alias"))));
    }

    /// Whoever lets a name lead to versions with secrets needs them as much as who made the versions: the name's users
    /// get answers that are released of them.
    ///
    /// @throws Rejection 403
    private Task granting(Task task, Caller.Known caller, String name, List<Alias.Share> shares) {
        List<Need> granted = task.run(() -> shares.stream()
                .flatMap(share -> grantedTo(caller, name, share.version()))
                .distinct()
                .toList());
        return FunctionRoutes.granting(caller, Need.of(Action.UPDATE, Resource.FUNCTION, name), granted);
    }

    private Stream<Need> grantedTo(Caller.Known caller, String name, long version) {
        return FunctionRoutes.granted(versions.find(caller.organization(), name, version)
                .orElseThrow(() -> new Refused(Refusal.INVALID, "there is no version " + version))
                .wish());
    }

    private static Response answer(int status, Request request, Alias alias) {
        var out = new JsonWriter(256);
        alias.writeTo(request.parameter("name"), out);
        return Response.json(status, out.done());
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
