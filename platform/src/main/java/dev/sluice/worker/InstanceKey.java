package dev.sluice.worker;

import dev.sluice.fs.ObjectId;
import dev.sluice.function.Deployment;
import dev.sluice.function.Reuse;
import dev.sluice.gate.Gate;
import java.util.List;

/// Which runs an instance may serve at all: one tenant's, of one version of one function, with one privilege and
/// one declassification, whichever chain of gates gives them, and of one version of each of their secrets
/// (design/labels.md section 5). Its label decides the rest.
///
/// @param reuse the most that the function's author allows
record InstanceKey(
        String tenant, ObjectId gate, long version, Gate.Authority authority, List<String> secrets, Reuse reuse) {
    static InstanceKey of(String tenant, Gate gate, Injected injected) {
        Reuse reuse = reuse(gate.function().deployment());
        return new InstanceKey(tenant, gate.id(), gate.version(), gate.authority(), injected.sources(), reuse);
    }

    /// Runs that share an instance are all at one label.
    private static Reuse reuse(Deployment deployment) {
        return deployment.concurrency() > 1 ? deployment.reuse().and(Reuse.SAME_LABEL) : deployment.reuse();
    }
}
