package dev.sluice.api;

import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.IamKind;
import dev.sluice.org.Organizations;
import dev.sluice.org.Role;
import dev.sluice.org.Roles;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// The named sets of rules of an organization, beside the built-in ones, which are shown and cannot be changed.
/// Whoever makes a role must have all that it gives: others may hand it out.
final class RoleEntities implements IamEntities<Role> {
    private static final int POLICIES_SAID_MAX = 5;

    private final Organizations organizations;
    private final InstantSource clock;

    RoleEntities(Organizations organizations, InstantSource clock) {
        this.organizations = organizations;
        this.clock = clock;
    }

    @Override
    public IamKind kind() {
        return IamKind.ROLE;
    }

    @Override
    public List<Role> list(IamDoor.Author author) {
        List<Role> own = author.task().run(() -> organizations.roles().list(author.organization()));
        return Stream.concat(Roles.builtIn().stream(), own.stream()).toList();
    }

    @Override
    public Role find(IamDoor.Author author, String name) {
        return Roles.builtIn().stream()
                .filter(role -> role.name().equals(name))
                .findFirst()
                .orElseGet(() -> own(author, name));
    }

    @Override
    public Role create(IamDoor.Author author, String name, JsonBody body) {
        List<Role.Grant> rules = PolicyRules.grants(body);
        if (Roles.looksBuiltIn(name)) {
            throw Rejection.of(409, "role " + name + " would be taken for a built-in one: choose another name");
        }
        long now = clock.instant().getEpochSecond();
        var role = new Role(UUID.randomUUID().toString(), name, rules, now, now);
        requireMayPut(author, role);
        return author.task().run(() -> {
            organizations.roles().create(author.organization(), name, role);
            return role;
        });
    }

    private static void requireMayPut(IamDoor.Author author, Role role) {
        author.require(author.coverage().ofRole(role));
        author.place().policies().requireRoomFor(role);
    }

    @Override
    public Role update(IamDoor.Author author, String name, JsonBody body) {
        List<Role.Grant> rules = PolicyRules.grants(body);
        requireOwn(name);
        IamDoor.requireSameName(body, kind(), name);
        Role known = own(author, name);
        var changed = new Role(
                known.id(), name, rules, known.createdSeconds(), clock.instant().getEpochSecond());
        requireMayPut(author, changed);
        return author.task().run(() -> organizations.roles().update(author.organization(), name, _ -> changed));
    }

    /// A role that policies speak of stays: what they deny by it would change unseen.
    @Override
    public Role delete(IamDoor.Author author, String name) {
        requireOwn(name);
        Role known = own(author, name);
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
    private Role own(IamDoor.Author author, String name) {
        return author.task()
                .run(() -> organizations.roles().find(author.organization(), name))
                .orElseThrow(Refused::notFound);
    }

    @Override
    public void write(Role role, Action done, JsonWriter out) {
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
