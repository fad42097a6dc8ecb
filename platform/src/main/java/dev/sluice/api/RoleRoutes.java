package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.IamKind;
import dev.sluice.org.Organizations;
import dev.sluice.org.Role;
import dev.sluice.org.Roles;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// `/v1/iam/role`: the named sets of rules of an organization, beside the built-in ones, which are shown and cannot be
/// changed. Whoever makes a role must have all that it gives: others may hand it out.
final class RoleRoutes {
    private static final String KIND = "role";
    private static final int POLICIES_SAID_MAX = 5;

    private final IamDoor door;
    private final Organizations organizations;
    private final InstantSource clock;

    RoleRoutes(IamDoor door, Organizations organizations, InstantSource clock) {
        this.door = door;
        this.organizations = organizations;
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        add(table, "POST", "/v1/iam/role", this::create);
        add(table, "GET", "/v1/iam/role", this::list);
        add(table, "GET", "/v1/iam/role/{name}", this::get);
        add(table, "PUT", "/v1/iam/role/{name}", this::update);
        add(table, "DELETE", "/v1/iam/role/{name}", this::delete);
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(KIND, handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known maker = door.maker(request);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        String name = body.requiredName();
        IamDoor.Author author = door.author(maker, Action.CREATE, IamKind.ROLE, name);
        List<Role.Grant> rules = PolicyRules.grants(body);
        if (Roles.looksBuiltIn(name)) {
            throw Rejection.of(409, "role " + name + " would be taken for a built-in one: choose another name");
        }
        long now = clock.instant().getEpochSecond();
        var role = new Role(UUID.randomUUID().toString(), name, rules, now, now);
        try {
            return answer(201, door.change(author, at -> create(at, role)));
        } catch (Refused refused) {
            return Refusals.ofEntity(KIND, name, refused);
        }
    }

    private Role create(IamDoor.Author author, Role role) {
        requireMayPut(author, role);
        return author.task().run(() -> {
            organizations.roles().create(author.organization(), role.name(), role);
            return role;
        });
    }

    private static void requireMayPut(IamDoor.Author author, Role role) {
        author.require(author.coverage().ofRole(role));
        author.place().policies().requireRoomFor(role);
    }

    private Response list(Request request) {
        IamDoor.Author author = door.author(request, Action.GET);
        List<Role> all = author.task().run(() -> organizations.roles().list(author.organization()));
        var out = new JsonWriter(384 * (all.size() + 4)).beginArray();
        Stream.concat(Roles.builtIn().stream(), all.stream()).forEach(role -> write(role, out));
        return Response.json(200, out.endArray().done());
    }

    private Response get(Request request) {
        IamDoor.Author author = door.author(request, Action.GET, IamKind.ROLE);
        String name = IamDoor.name(request, "roleName");
        return answer(
                200,
                Roles.builtIn().stream()
                        .filter(role -> role.name().equals(name))
                        .findFirst()
                        .orElseGet(() -> find(author, name)));
    }

    private Response update(Request request) throws IOException {
        IamDoor.Author author = door.author(request, Action.UPDATE, IamKind.ROLE);
        String name = IamDoor.name(request, "roleName");
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        body.requiredName();
        List<Role.Grant> rules = PolicyRules.grants(body);
        requireOwn(name);
        IamDoor.requireSameName(body, KIND, name);
        return answer(200, door.change(author, now -> update(now, name, rules)));
    }

    private Role update(IamDoor.Author author, String name, List<Role.Grant> rules) {
        Role known = find(author, name);
        var changed = new Role(
                known.id(), name, rules, known.createdSeconds(), clock.instant().getEpochSecond());
        requireMayPut(author, changed);
        return author.task().run(() -> organizations.roles().update(author.organization(), name, _ -> changed));
    }

    /// A role that policies speak of stays: what they deny by it would change unseen.
    private Response delete(Request request) {
        IamDoor.Author author = door.author(request, Action.DELETE, IamKind.ROLE);
        String name = IamDoor.name(request, "roleName");
        requireOwn(name);
        return answer(200, door.change(author, now -> delete(now, name)));
    }

    private Role delete(IamDoor.Author author, String name) {
        Role known = find(author, name);
        List<String> users = author.place().policies().namesOfThoseWithRole(name);
        if (!users.isEmpty()) {
            throw Rejection.of(409, "role " + name + " is in use: take it out of " + said(users) + " first");
        }
        return author.task().run(() -> {
            organizations.roles().remove(author.organization(), name);
            return known;
        });
    }

    private static String said(List<String> policies) {
        int unsaid = policies.size() - POLICIES_SAID_MAX;
        String names = String.join(", ", policies.subList(0, Math.min(policies.size(), POLICIES_SAID_MAX)));
        return "policy " + names + (unsaid > 0 ? " and " + unsaid + " more" : "");
    }

    private static void requireOwn(String name) {
        if (Roles.isBuiltIn(name)) {
            throw Rejection.of(400, "role " + name + " is built in: it cannot be changed");
        }
    }

    /// @throws Refused `NOT_FOUND`
    private Role find(IamDoor.Author author, String name) {
        return author.task()
                .run(() -> organizations.roles().find(author.organization(), name))
                .orElseThrow(Refused::notFound);
    }

    private static Response answer(int status, Role role) {
        var out = new JsonWriter(384);
        write(role, out);
        return Response.json(status, out.done());
    }

    private static void write(Role role, JsonWriter out) {
        out.beginObject().field("id", role.id()).field("name", role.name()).field("kind", "Role");
        if (Roles.isBuiltIn(role.name())) {
            out.name("builtIn").value(true);
        } else {
            out.field("createdTime", role.createdSeconds()).field("modifiedTime", role.modifiedSeconds());
        }
        out.name("rules").beginArray();
        for (Role.Grant grant : role.rules()) {
            out.beginObject()
                    .field("actions", grant.actions())
                    .field("resources", grant.resources())
                    .endObject();
        }
        out.endArray().endObject();
    }
}
