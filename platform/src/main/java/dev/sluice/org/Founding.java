package dev.sluice.org;

import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/// The first organization, its first service account and the global policy that makes it the administrator.
///
/// The organization is registered last: until then it does not exist for anybody, so an interrupted founding is
/// simply done again, and a finished one is never repeated. An administrator who is deleted later does not come back.
public final class Founding {
    public static final String ORGANIZATION = "dispatch";
    public static final String ADMIN = "admin";
    static final String POLICY = "default-policy";

    private final Organizations organizations;
    private final Clock clock;

    public Founding(Organizations organizations, Clock clock) {
        this.organizations = organizations;
        this.clock = clock;
    }

    public boolean isDone() {
        return organizations.tenant(ORGANIZATION).isPresent();
    }

    /// Founds with the administrator's key.
    public void found(RSAPublicKey key) {
        long now = clock.instant().getEpochSecond();
        var organization = new Organization(id(), ORGANIZATION, ORGANIZATION, now);
        administer(organization, key, now);
        task(Component.FALSE).run(() -> {
            organizations.register(organization);
            return organization;
        });
    }

    /// Makes the administrator what he was on the first day, with this key and no other: whatever was done to his
    /// account or his policy since. His other keys prove nothing from now on.
    ///
    /// @throws IllegalStateException before [#found]
    public void reset(RSAPublicKey key) {
        Organization organization = organizations
                .tenant(ORGANIZATION)
                .map(Organizations.Tenant::organization)
                .orElseThrow(() -> new IllegalStateException("no organization was founded here yet"));
        administer(organization, key, clock.instant().getEpochSecond());
    }

    private void administer(Organization organization, RSAPublicKey key, long now) {
        var rule = new Policy.Rule(List.of(ADMIN), List.of(Policy.ANY), List.of(Policy.ANY));
        task(OrgPaths.iamLabel(organization.principal()).integrity()).run(() -> {
            organizations.prepare(organization);
            organizations.put(organization, new ServiceAccount(id(), ADMIN, PublicKeyText.print(key), now, now));
            organizations.put(organization, new Policy(id(), POLICY, true, List.of(rule), now, now));
            return organization;
        });
    }

    private static Task task(Component writes) {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.TRUE, writes));
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }
}
