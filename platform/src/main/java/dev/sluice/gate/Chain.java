package dev.sluice.gate;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import java.util.ArrayList;
import java.util.List;

/// The gates from the one that a caller named to the one with the function, and what they come to together.
///
/// Each link is judged before it counts: it is what its predecessor pinned, or nobody weaker than what the
/// redirects before it grant to code can have replaced it. No gate twice, and at most [#REDIRECTS_MAX]
/// redirects.
///
/// Not thread-safe: one resolution's.
final class Chain {
    static final int REDIRECTS_MAX = 8;

    private final List<Link> links = new ArrayList<>();
    private Component privilege = Component.TRUE;
    private Component clearance = Component.TRUE;
    private Component maxSecrecy = Component.FALSE;
    private Component secrecy = Component.TRUE;
    /// What meets the clearance of the next gate, and releases its label.
    private Component enter = Component.TRUE;
    /// What the redirects so far give to code or to its answers.
    private Component granted = Component.TRUE;

    /// The label is released by this before a task is tainted with the next gate.
    Component enter() {
        return enter;
    }

    /// The last gate so far, if it is a redirect.
    boolean isOpen() {
        return links.getLast().content() instanceof GateContent.Redirect;
    }

    GateContent.Redirect redirect() {
        return (GateContent.Redirect) links.getLast().content();
    }

    /// @throws Refused `NOT_FOUND` for what the last gate does not lead to, `INVALID` if redirects lead in a circle or
    /// too far, `CONFLICT` if a pinned gate has
    ///     changed, `DENIED` if somebody weaker than a grant may have replaced what it is granted to
    Chain add(Link next) {
        requireContinues(next);
        boolean isFixed = links.isEmpty() || isPinned(next);
        requireEnd(next);
        if (!isFixed && !next.isKeptBy(granted)) {
            throw Refused.denied();
        }
        try {
            count(next, isFixed);
        } catch (LabelInvalid tooLarge) {
            throw Refused.denied();
        }
        links.add(next);
        return this;
    }

    /// What is granted for entering a target serves to go on from there only if nobody weaker can turn the
    /// target into a redirect to somewhere else.
    private void count(Link next, boolean isFixed) {
        GatePolicy policy = next.content().policy();
        clearance = clearance.and(without(policy.clearance(), enter));
        secrecy = secrecy.and(without(next.label().secrecy(), enter));
        privilege = privilege.and(policy.privilege());
        maxSecrecy = maxSecrecy.or(policy.maxSecrecy());
        if (next.content() instanceof GateContent.Redirect redirect) {
            Component carried = isFixed || next.isKeptBy(enter) ? enter : Component.TRUE;
            enter = carried.and(redirect.enter());
            granted = granted.and(policy.privilege()).and(policy.declassify());
        }
    }

    private boolean isPinned(Link next) {
        boolean isPinned = redirect().pin().isPresent();
        if (isPinned && !redirect().pin().get().equals(next.digest())) {
            throw new Refused(Refusal.CONFLICT, "a gate that is pinned has changed: pin it again");
        }
        return isPinned;
    }

    private void requireContinues(Link next) {
        if (!links.isEmpty() && !(isOpen() && redirect().target().equals(next.id()))) {
            throw Refused.notFound();
        }
    }

    private void requireEnd(Link next) {
        if (links.size() > REDIRECTS_MAX) {
            throw new Refused(
                    Refusal.INVALID, "there are more than " + REDIRECTS_MAX + " redirects one behind another");
        }
        if (links.stream().anyMatch(before -> before.id().equals(next.id()))) {
            throw new Refused(Refusal.INVALID, "these redirects lead in a circle");
        }
    }

    private static Component without(Component demanded, Component authority) {
        return Label.of(demanded, Component.TRUE).release(authority).secrecy();
    }

    /// The gate that all of them are, for whoever named the first.
    Gate gate() {
        Link named = links.getFirst();
        var together =
                new GatePolicy(privilege, clearance, named.content().policy().declassify(), maxSecrecy);
        return new Gate(links, Label.of(secrecy, named.label().integrity()), together);
    }
}
