package dev.sluice.gate;

import dev.sluice.label.Component;

/// Gates that nobody created: what somebody could make up who speaks to a worker.
public final class ForgedGates {
    private ForgedGates() {}

    public static Gate withPrivilege(Gate real, Component privilege) {
        GatePolicy policy = real.policy();
        return new Gate(
                real.links(),
                real.label(),
                new GatePolicy(privilege, policy.clearance(), policy.declassify(), policy.maxSecrecy()));
    }
}
