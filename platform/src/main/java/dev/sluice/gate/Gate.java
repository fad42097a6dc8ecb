package dev.sluice.gate;

import dev.sluice.fs.ObjectId;
import dev.sluice.fs.Quota;
import dev.sluice.function.FunctionSpec;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A gate as it was when a task resolved it: one version of one function, and the authority it runs with. Where
/// redirects led to it, what the whole chain comes to.
///
/// Not a record: its privilege is had only through [#taskFor], by whoever resolved the gate and may enter it.
public final class Gate {
    private final List<Link> links;
    private final Label label;
    private final GatePolicy policy;

    Gate(List<Link> links, Label label, GatePolicy policy) {
        this.links = List.copyOf(links);
        this.label = label;
        this.policy = policy;
    }

    /// What tells two chains to one function apart, for whoever keeps something of a run for the next.
    public record Authority(Component privilege, Component declassify) {}

    /// From the gate that was named to the one with the function.
    List<Link> links() {
        return links;
    }

    /// Of the gate that has the function.
    public ObjectId id() {
        return links.getLast().id();
    }

    /// Of the gate that has the function.
    public long version() {
        return links.getLast().version();
    }

    /// What a run starts with knowing, joined over the chain and released by what the redirects grant for
    /// entering. Vouched for by who vouches for the gate that was named.
    public Label label() {
        return label;
    }

    /// Privileges and ceilings of the whole chain, the declassify of the gate that was named, and of all
    /// clearances what the redirects' own grants leave to be met by the caller.
    public GatePolicy policy() {
        return policy;
    }

    public FunctionSpec function() {
        return direct().function();
    }

    /// The secrets that its runs read for its code, in order.
    public List<Principal> inject() {
        return direct().inject();
    }

    private GateContent.Direct direct() {
        return switch (links.getLast().content()) {
            case GateContent.Direct direct -> direct;
            case GateContent.Redirect _ -> throw new IllegalStateException("a chain ends at a function");
        };
    }

    public Authority authority() {
        return new Authority(policy.privilege(), policy.declassify());
    }

    /// The first tokens of all whom it knows something of, is vouched for by, or may act for.
    public Set<String> organizations() {
        return Stream.concat(
                        links.stream()
                                .flatMap(link -> Stream.of(
                                        link.label().secrecy(), link.label().integrity())),
                        Stream.of(policy.privilege(), policy.declassify()))
                .flatMap(component -> component.allOf().stream())
                .flatMap(clause -> clause.anyOf().stream())
                .map(principal -> principal.tokens().getFirst())
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Whether `other` is the same in all that a run depends on.
    boolean isSameAs(Gate other) {
        return label == other.label && policy.equals(other.policy) && links.equals(other.links);
    }

    /// The task of a run that starts at `start` joined with this gate's label: this gate's privilege, and a
    /// clearance of `maxSecrecy ∧ start` (so that a run can always hold what it was given). Nobody vouches for
    /// what a run does, but the privilege it uses: its integrity starts at T.
    ///
    /// @throws Refused `DENIED` if the labels together are over a size cap
    public Task taskFor(Label start) {
        try {
            Component known = start.secrecy().and(label.secrecy());
            return task(known, policy.maxSecrecy().and(known));
        } catch (LabelInvalid tooLarge) {
            throw Refused.denied();
        }
    }

    /// As [#taskFor], for a run that somebody waits for who may know `ceiling` and no more: it never learns what
    /// this gate does not declassify and its caller could not know.
    ///
    /// @throws Refused `DENIED`
    public Task taskWithin(Label start, Component ceiling) {
        try {
            Component known = start.secrecy().and(label.secrecy());
            Component mine = policy.maxSecrecy().and(known);
            return task(known, mine.or(ceiling.and(policy.declassify())));
        } catch (LabelInvalid tooLarge) {
            throw Refused.denied();
        }
    }

    /// The task of a run that an event fires, with this gate as the trigger. It starts with `payload`, the label that
    /// the event is handed over with, and what the target is; of the trigger itself the run learns nothing.
    ///
    /// What the event and the trigger tell must be allowed there: this gate's declassify, and nothing else, may
    /// release it. An event that knows more fires nothing.
    ///
    /// @throws Refused `DENIED`, of which nobody may be told who knows less than the event
    public Task taskFired(Label event, Label payload) {
        Label trigger = links.getFirst().label();
        try {
            if (!event.join(trigger).release(policy.declassify()).canFlowTo(payload)) {
                throw Refused.denied();
            }
            Component target = label.release(trigger.secrecy()).secrecy();
            Component known = payload.secrecy().and(target);
            return task(known, policy.maxSecrecy().and(known));
        } catch (LabelInvalid tooLarge) {
            throw Refused.denied();
        }
    }

    private Task task(Component known, Component ceiling) {
        return new Task(
                Label.of(known, Component.TRUE),
                Label.of(ceiling, Component.TRUE),
                Privilege.mintTcb(policy.privilege()),
                payer());
    }

    /// Whoever alone holds its privilege pays for what its runs store, else who vouches for it: nobody can make a
    /// gate that somebody else pays for.
    private String payer() {
        return Quota.payer(policy.privilege())
                .or(() -> Quota.payer(links.getFirst().label().integrity()))
                .orElse("");
    }

    /// The label under which a successful answer leaves a run that ended at `end`: downgraded by this gate's
    /// declassify, its integrity as it was.
    public Label answerLabel(Label end) {
        return end.release(policy.declassify());
    }
}
