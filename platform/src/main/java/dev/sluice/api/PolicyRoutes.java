package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.Effect;
import dev.sluice.org.IamKind;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policy;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/// `/v1/iam/policy`. A policy is in force when the answer comes, whatever its status says: the statuses are what
/// Dispatch's clients wait for.
final class PolicyRoutes {
    private static final String KIND = "policy";

    private final IamDoor door;
    private final Organizations organizations;
    private final InstantSource clock;

    PolicyRoutes(IamDoor door, Organizations organizations, InstantSource clock) {
        this.door = door;
        this.organizations = organizations;
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        add(table, "POST", "/v1/iam/policy", this::create);
        add(table, "GET", "/v1/iam/policy", this::list);
        add(table, "GET", "/v1/iam/policy/{name}", this::get);
        add(table, "PUT", "/v1/iam/policy/{name}", this::update);
        add(table, "DELETE", "/v1/iam/policy/{name}", this::delete);
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(KIND, handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known maker = door.maker(request);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        String name = body.requiredName();
        IamDoor.Author author = door.author(maker, Action.CREATE, IamKind.POLICY, name);
        try {
            return answer(201, door.change(author, now -> create(now, name, body)), "CREATING");
        } catch (Refused refused) {
            return Refusals.ofEntity(KIND, name, refused);
        }
    }

    private Policy create(IamDoor.Author author, String name, JsonBody body) {
        List<Policy.Rule> rules = PolicyRules.of(body, author.place().policies().roles());
        var policy = new Policy(UUID.randomUUID().toString(), name, body.flag("global"), rules, now(), now());
        requireMayPut(author, policy);
        return author.task().run(() -> {
            organizations.policies().create(author.organization(), name, policy);
            return policy;
        });
    }

    private static void requireMayPut(IamDoor.Author author, Policy policy) {
        author.require(author.coverage().ofPolicy(policy));
        author.place().policies().requireRoomFor(policy);
    }

    private Response list(Request request) {
        IamDoor.Author author = door.author(request, Action.GET);
        List<Policy> all = author.task().run(() -> organizations.policies().list(author.organization()));
        var out = new JsonWriter(384 * (all.size() + 1)).beginArray();
        all.forEach(policy -> write(policy, "READY", out));
        return Response.json(200, out.endArray().done());
    }

    private Response get(Request request) {
        IamDoor.Author author = door.author(request, Action.GET, IamKind.POLICY);
        String name = IamDoor.name(request, "policyName");
        return answer(
                200,
                author.task()
                        .run(() -> organizations.policies().find(author.organization(), name))
                        .orElseThrow(Refused::notFound),
                "READY");
    }

    private Response update(Request request) throws IOException {
        IamDoor.Author author = door.author(request, Action.UPDATE, IamKind.POLICY);
        String name = IamDoor.name(request, "policyName");
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        body.requiredName();
        return answer(200, door.change(author, now -> update(now, name, body)), "UPDATING");
    }

    private Policy update(IamDoor.Author author, String name, JsonBody body) {
        List<Policy.Rule> rules = PolicyRules.of(body, author.place().policies().roles());
        boolean global = body.flag("global");
        Policy known = author.place().policies().policy(name).orElseThrow(Refused::notFound);
        IamDoor.requireSameName(body, KIND, name);
        var changed = new Policy(known.id(), name, global, rules, known.createdSeconds(), now());
        requireMayPut(author, changed);
        return author.task().run(() -> organizations.policies().update(author.organization(), name, _ -> changed));
    }

    private Response delete(Request request) {
        IamDoor.Author author = door.author(request, Action.DELETE, IamKind.POLICY);
        String name = IamDoor.name(request, "policyName");
        return answer(200, door.change(author, now -> delete(now, name)), "DELETING");
    }

    private Policy delete(IamDoor.Author author, String name) {
        Policy known = author.place().policies().policy(name).orElseThrow(Refused::notFound);
        author.require(author.coverage().ofRemoval(name));
        return author.task().run(() -> {
            organizations.policies().remove(author.organization(), name);
            return known;
        });
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }

    private static Response answer(int status, Policy policy, String state) {
        var out = new JsonWriter(384);
        write(policy, state, out);
        return Response.json(status, out.done());
    }

    private static void write(Policy policy, String state, JsonWriter out) {
        out.beginObject().field("id", policy.id()).field("name", policy.name()).field("kind", "Policy");
        if (policy.global()) {
            out.name("global").value(true);
        }
        out.field("status", state).field("createdTime", policy.createdSeconds());
        out.field("modifiedTime", policy.modifiedSeconds());
        out.name("rules").beginArray();
        for (Policy.Rule rule : policy.rules()) {
            out.beginObject().fieldOrNull("actions", rule.actions()).fieldOrNull("resources", rule.resources());
            out.fieldOrNull("subjects", rule.subjects());
            if (rule.effect() != Effect.ALLOW) {
                out.field("effect", rule.effect().word());
            }
            if (!rule.roles().isEmpty()) {
                out.field("roles", rule.roles());
            }
            out.endObject();
        }
        out.endArray().endObject();
    }
}
