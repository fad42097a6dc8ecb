package dev.sluice.gate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.FunctionSpec;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;

/// Direct gates: creating, replacing, resolving and entering them. Acts as [Task#current].
///
/// Source: contracts/faasten.md 3.1 and 3.3 `[R]`; design/labels.md section 4.
public final class Gates {
    private static final int DECODED_GATES_MAX = 10_000;

    private final LabeledFs fs;
    private final Cache<Version, Gate> decoded =
            Caffeine.newBuilder().maximumSize(DECODED_GATES_MAX).build();

    private record Version(ObjectId id, long version) {}

    public Gates(LabeledFs fs) {
        this.fs = fs;
    }

    /// The gate at `path`, after the task has been tainted with the way there and with the gate.
    ///
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND`, `DENIED` above the clearance
    public Gate resolve(FsPath path) {
        LabeledFs.Content content = fs.read(path, Kind.GATE);
        return decoded.get(
                new Version(content.id(), content.version()),
                v -> GateCodec.decode(v.id(), v.version(), content.label(), content.bytes()));
    }

    /// Refuses a task that the gate's clearance does not admit. The same refusal as for a gate that is not
    /// there.
    ///
    /// @throws Refused `NOT_FOUND`
    public void requireMayEnter(Gate gate, Task caller) {
        if (!caller.vouchesFor(gate.policy().clearance())) {
            throw Refused.notFound();
        }
    }

    /// As above, for an invoker of whom only what he was vouched for by is known.
    ///
    /// @throws Refused `NOT_FOUND`
    public void requireMayEnter(Gate gate, Component vouched) {
        if (!vouched.implies(gate.policy().clearance())) {
            throw Refused.notFound();
        }
    }

    /// Creates a gate. Its creator must hold all that it grants.
    ///
    /// @throws Refused `DENIED` if not, or if whoever may write `label` need not hold the privilege; else as
    ///     [LabeledFs#create]
    public ObjectId create(FsPath path, GatePolicy policy, FunctionSpec function, Label label, Privilege with) {
        requireMayGrant(policy, label);
        return fs.createTcb(path, Kind.GATE, label, GateCodec.encode(policy, function), with);
    }

    /// Replaces what the gate at `path` runs and grants. Its author must hold all that the result grants. The
    /// gate that is written is the one whose label was judged, though its directory may link another one by
    /// then.
    ///
    /// @param expectedVersion 0 for whatever is there
    /// @return the new version
    /// @throws Refused as [#create] and [LabeledFs#write]
    public long replace(FsPath path, GatePolicy policy, FunctionSpec function, long expectedVersion, Privilege with) {
        LabeledFs.Content before = fs.read(path, Kind.GATE);
        requireMayGrant(policy, before.label());
        return fs.writeTcb(before, GateCodec.encode(policy, function), expectedVersion, with);
    }

    private static void requireMayGrant(GatePolicy policy, Label label) {
        Task author = Task.current();
        if (!author.holds(policy.privilege())
                || !author.holds(policy.declassify())
                || !label.integrity().implies(policy.privilege())) {
            throw Refused.denied();
        }
    }
}
