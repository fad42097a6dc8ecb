package dev.sluice.authn;

import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;

/// The platform's own tasks: they finish what a caller was allowed to begin, when he is gone or the server was
/// restarted in between, and keep what belongs to the system itself. Each holds one thing and nothing else.
public final class Upkeep {
    private Upkeep() {}

    /// A task that may read and write what stands under one resource.
    public static Task of(Organization organization, Resource resource) {
        Component held = Component.of(resource.in(organization.principal()));
        return new Task(Label.PUBLIC, Label.of(held, Component.TRUE), Privilege.mintTcb(held), organization.token());
    }

    /// As [#of], and it may hand on to a gate what somebody was lent to read who asked for it. It reads none of that
    /// itself.
    public static Task granting(Organization organization, Resource resource, Component lent) {
        Component held = Component.of(resource.in(organization.principal()));
        return new Task(
                Label.PUBLIC,
                Label.of(held, Component.TRUE),
                Privilege.mintTcb(held.and(lent), held),
                organization.token());
    }

    /// A task that vouches for what the system of that name publishes, and may know nothing that is secret.
    public static Task system(String name) {
        Component held = Component.of(Principal.of(name));
        return new Task(Label.PUBLIC, Label.PUBLIC, Privilege.mintTcb(Component.TRUE, held));
    }
}
