package dev.sluice.gate;

import dev.sluice.fs.ObjectId;
import dev.sluice.function.FunctionSpec;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;

/// A direct gate as it was when a task resolved it: one version of one function, and the authority it runs with.
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

    /// The task of a run that starts at `start`: this gate's privilege, and a clearance of `maxSecrecy ∧ start` (so
    /// that a run can always hold what it was given).
    public Task taskFor(Label start) {
        Component ceiling = policy.maxSecrecy().and(start.secrecy());
        return new Task(start, Label.of(ceiling, Component.TRUE), Privilege.mintTcb(policy.privilege()));
    }

    /// The label under which a successful answer leaves a run that ended at `end`: downgraded by this gate's
    /// declassify, its integrity as it was.
    public Label answerLabel(Label end) {
        return Label.of(end.downgrade(policy.declassify()).secrecy(), end.integrity());
    }
}
