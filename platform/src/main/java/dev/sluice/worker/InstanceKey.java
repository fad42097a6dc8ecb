package dev.sluice.worker;

import dev.sluice.fs.ObjectId;
import dev.sluice.gate.Gate;
import java.util.List;

/// Which runs an instance may serve at all: one tenant's, of one version of one function, with one privilege and
/// one declassification, whichever chain of gates gives them, and of one version of each of their secrets
/// (design/labels.md section 5). Its label decides the rest.
record InstanceKey(String tenant, ObjectId gate, long version, Gate.Authority authority, List<String> secrets) {
    static InstanceKey of(String tenant, Gate gate, Injected injected) {
        return new InstanceKey(tenant, gate.id(), gate.version(), gate.authority(), injected.sources());
    }
}
