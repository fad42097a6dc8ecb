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

    /// As [#of], and it may hand on to a gate what somebody was lent to read who asked for it, which it reads none of
    /// itself, and what he was `given` to do something by.
    public static Task granting(Organization organization, Resource resource, Component lent, Component given) {
        Component held = Component.of(resource.in(organization.principal()));
        return new Task(
                Label.PUBLIC,
                Label.of(held, Component.TRUE),
                Privilege.mintTcb(held.and(lent).and(given), held.and(given)),
                organization.token());
    }

    /// As [#of], and it may make gates there that enter for `enter`, and know of what they lead to: whoever wrote down
    /// there that he wants one was lent that.
    public static Task leading(Organization organization, Resource resource, Component enter) {
        Component held = Component.of(resource.in(organization.principal())).and(enter);
        return new Task(Label.PUBLIC, Label.of(held, Component.TRUE), Privilege.mintTcb(held), organization.token());
    }

    /// A task that fires triggers with an event of that label. It knows what the event knows, and may find triggers and
    /// enter them; it releases nothing.
    public static Task firing(Organization organization, Label event) {
        Component events = Component.of(Resource.EVENT.in(organization.principal()));
        return new Task(
                event,
                Label.of(event.secrecy().and(events), Component.TRUE),
                Privilege.mintTcb(Component.TRUE, events),
                organization.token());
    }

    /// As [#firing], and it may read the secret that what it sends out is signed with. It releases nothing: the gate by
    /// which it is sent does.
    public static Task delivering(Organization organization, Label event, Component secret) {
        Component events = Component.of(Resource.EVENT.in(organization.principal()));
        return new Task(
                event,
                Label.of(event.secrecy().and(events).and(secret), Component.TRUE),
                Privilege.mintTcb(Component.TRUE, events),
                organization.token());
    }

    /// A task that reads one secret, for somebody who says by it whom an API or a driver lets in, and may read it. It
    /// may do nothing else with it.
    public static Task guarding(Organization organization, String secret) {
        Component read =
                Component.of(Resource.SECRET.in(organization.principal()).child(secret));
        return new Task(Label.PUBLIC, Label.of(read, Component.TRUE), Privilege.NONE, organization.token());
    }

    /// A task of somebody whom an API has let in by what the organization asks of him (design/labels.md section 4):
    /// beside what everybody may know, he is told what this one API tells those whom it knows. He vouches for
    /// nothing.
    public static Task admitted(Organization organization, String api) {
        Component told = Component.of(Resource.API.in(organization.principal()).child(api));
        return new Task(Label.PUBLIC, Label.of(told, Component.TRUE), Privilege.mintTcb(told, Component.TRUE));
    }

    /// A task that reads what is there for an organization, as its runs may. It knows what it has read, and releases
    /// nothing.
    public static Task watching(Organization organization) {
        Component whole = Component.of(organization.principal());
        return new Task(Label.PUBLIC, Label.of(whole, Component.TRUE), Privilege.NONE, organization.token());
    }

    /// A task that vouches for what the system of that name publishes, and may know nothing that is secret.
    public static Task system(String name) {
        Component held = Component.of(Principal.of(name));
        return new Task(Label.PUBLIC, Label.PUBLIC, Privilege.mintTcb(Component.TRUE, held));
    }
}
