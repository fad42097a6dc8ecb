package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.List;
import java.util.function.Predicate;

/// The redirect gates by which events become runs: one for each subscription, to its function as it is now
/// (design/labels.md section 4).
///
/// Who may enter is vouched for by `acme/event`; the gate enters for `acme/runs/FUNCTION`, and releases `acme/event`.
/// Its author was lent all that when he made the subscription, whose file says so and is vouched for by `acme/event`:
/// so a gate is made when it is first needed, and again when its function has changed. It is pinned, since who may
/// change a function need not be vouched for by `acme/event`.
///
/// Thread-safe.
final class Triggers {
    private static final String SUFFIX = ".trigger";

    private final LabeledFs fs;
    private final Gates gates;

    Triggers(LabeledFs fs, Gates gates) {
        this.fs = fs;
        this.gates = gates;
    }

    /// `acme/event`
    static Component events(Organization organization) {
        return Component.of(Resource.EVENT.in(organization.principal()));
    }

    /// `acme/event/emit`, by which gates may let what they run emit: whoever may emit may grant it.
    static Component emitter(Principal organization) {
        return Component.of(Resource.EVENT.in(organization).child("emit"));
    }

    /// Whether any trigger could hand on an event of that label, as [dev.sluice.gate.Gate#taskFired] asks of each.
    static boolean mayFire(Organization organization, Label event) {
        Component runs = Component.of(Resource.RUNS.in(organization.principal()));
        Label trigger = Label.of(events(organization), events(organization));
        return event.join(trigger).release(events(organization)).canFlowTo(Label.of(runs, Component.TRUE));
    }

    static FsPath home(Organization organization) {
        return FsPath.home(Label.of(events(organization), events(organization)));
    }

    /// Neither has a dot. A subscription to another function has another gate, also to one of the same name.
    static FsPath path(Organization organization, String subscription, String functionId) {
        return home(organization).child(subscription + "." + functionId + SUFFIX);
    }

    /// Makes the gate, or makes it anew.
    ///
    /// @throws Refused `NOT_FOUND` where the function is not
    synchronized void make(Organization organization, FsPath path, String function) {
        Component enter = FunctionFiles.runner(organization, function);
        Component events = events(organization);
        Upkeep.leading(organization, Resource.EVENT, enter).run(() -> {
            var policy = new GatePolicy(Component.TRUE, events, events, Component.FALSE);
            GateContent.Redirect content =
                    gates.redirect(FunctionFiles.gate(organization, function), policy, enter, true);
            Privilege with = Task.current().exercise(enter, events);
            if (fs.find(path).isPresent()) {
                return gates.replace(path, content, Backing.LABEL, 0, with);
            }
            return gates.create(path, content, Backing.LABEL, Label.of(events, events), with);
        });
    }

    /// Removes all that a subscription has, the gate to its sink too.
    void removeOf(Organization organization, String subscription) {
        remove(organization, name -> name.startsWith(subscription + "."));
    }

    /// Removes the gates to sinks that a subscription had, but for the one it has.
    void removeSinksOf(Organization organization, String subscription, String its) {
        remove(
                organization,
                name -> name.startsWith(subscription + ".") && name.endsWith(SinkGates.SUFFIX) && !name.equals(its));
    }

    /// Removes all to a function, which is none any more: what still waits to be run by them is not.
    void removeTo(Organization organization, String functionId) {
        remove(organization, name -> name.endsWith("." + functionId + SUFFIX));
    }

    private synchronized void remove(Organization organization, Predicate<String> isGone) {
        FsPath home = home(organization);
        Upkeep.of(organization, Resource.EVENT).run(() -> {
            Privilege with = Task.current().exercise(Component.TRUE, events(organization));
            List<Entry> page = fs.list(home, "", LabeledFs.LIST_ENTRIES_MAX);
            while (!page.isEmpty()) {
                page.stream()
                        .map(Entry::name)
                        .filter(name -> name.endsWith(SUFFIX) || name.endsWith(SinkGates.SUFFIX))
                        .filter(isGone)
                        .forEach(name -> fs.unlink(home.child(name), with));
                page = fs.list(home, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
            }
            return home;
        });
    }
}
