package dev.sluice.api;

import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.Effect;
import dev.sluice.org.IamKind;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policy;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/// A policy is in force when the answer comes, whatever its status says: the statuses are what Dispatch's clients wait
/// for.
final class PolicyEntities implements IamEntities<Policy> {
    private final Organizations organizations;
    private final InstantSource clock;

    PolicyEntities(Organizations organizations, InstantSource clock) {
        this.organizations = organizations;
        this.clock = clock;
    }

    @Override
    public IamKind kind() {
        return IamKind.POLICY;
    }

    @Override
    public List<Policy> list(IamDoor.Author author) {
        return author.task().run(() -> organizations.policies().list(author.organization()));
    }

    @Override
    public Policy find(IamDoor.Author author, String name) {
        return author.task()
                .run(() -> organizations.policies().find(author.organization(), name))
                .orElseThrow(Refused::notFound);
    }

    @Override
    public Policy create(IamDoor.Author author, String name, JsonBody body) {
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

    @Override
    public Policy update(IamDoor.Author author, String name, JsonBody body) {
        List<Policy.Rule> rules = PolicyRules.of(body, author.place().policies().roles());
        boolean global = body.flag("global");
        Policy known = author.place().policies().policy(name).orElseThrow(Refused::notFound);
        IamDoor.requireSameName(body, kind(), name);
        var changed = new Policy(known.id(), name, global, rules, known.createdSeconds(), now());
        requireMayPut(author, changed);
        return author.task().run(() -> organizations.policies().update(author.organization(), name, _ -> changed));
    }

    @Override
    public Policy delete(IamDoor.Author author, String name) {
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

    @Override
    public void write(Policy policy, Action done, JsonWriter out) {
        out.beginObject().field("id", policy.id()).field("name", policy.name()).field("kind", "Policy");
        if (policy.global()) {
            out.name("global").value(true);
        }
        out.field("status", status(done)).field("createdTime", policy.createdSeconds());
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

    private static String status(Action done) {
        return switch (done) {
            case CREATE -> "CREATING";
            case GET -> "READY";
            case UPDATE -> "UPDATING";
            case DELETE -> "DELETING";
        };
    }
}
