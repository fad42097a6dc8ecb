package dev.sluice.gate;

import dev.sluice.fs.ObjectId;
import dev.sluice.function.FunctionSpec;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Privilege;

/// A direct gate as it was when a task resolved it: one version of one function, and the authority it runs
/// with.
///
/// Not a record: its privilege is had only through [#taskFor], by whoever resolved the gate and may enter it.
public final class Gate {
    private final ObjectId id;
    private final long version;
    private final Label label;
    private final GatePolicy policy;
    private final FunctionSpec function;

    Gate(ObjectId id, long version, Label label, GatePolicy policy, FunctionSpec function) {
        this.id = id;
        this.version = version;
        this.label = label;
        this.policy = policy;
        this.function = function;
    }

    public ObjectId id() {
        return id;
    }

    public long version() {
        return version;
    }

    public Label label() {
        return label;
    }

    public GatePolicy policy() {
        return policy;
    }

    public FunctionSpec function() {
        return function;
    }

    /// The task of a run that starts at `start` joined with this gate's label: this gate's privilege, and a
    /// clearance of `maxSecrecy ∧ start` (so that a run can always hold what it was given). Nobody vouches for
    /// what a run does, but the privilege it uses: its integrity starts at T.
    ///
    /// @throws Refused `DENIED` if the labels together are over a size cap
    public Task taskFor(Label start) {
        try {
            Component known = start.secrecy().and(label.secrecy());
            Component ceiling = policy.maxSecrecy().and(known);
            return new Task(
                    Label.of(known, Component.TRUE),
                    Label.of(ceiling, Component.TRUE),
                    Privilege.mintTcb(policy.privilege()));
        } catch (LabelInvalid tooLarge) {
            throw Refused.denied();
        }
    }

    /// The label under which a successful answer leaves a run that ended at `end`: downgraded by this gate's
    /// declassify, its integrity as it was.
    public Label answerLabel(Label end) {
        Component released = Label.of(end.secrecy(), Component.TRUE)
                .downgrade(policy.declassify())
                .secrecy();
        return Label.of(released, end.integrity());
    }
}
