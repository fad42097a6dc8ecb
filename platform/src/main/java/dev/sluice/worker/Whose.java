package dev.sluice.worker;

import dev.sluice.function.FunctionSpec;
import dev.sluice.gate.Gate;
import dev.sluice.sandbox.Account;
import java.util.HashSet;
import java.util.Set;

/// Whose a guest is.
///
/// @param account for whom its use is counted: the organization that it runs for, and the function's id, or the gate's
/// @param parties the organizations that it ends with: that one, and those of its gate
record Whose(Account account, Set<String> parties) {
    Whose {
        parties = Set.copyOf(parties);
    }

    static Whose of(String tenant, Gate gate) {
        Set<String> parties = new HashSet<>(gate.organizations());
        parties.add(tenant);
        String function = gate.function().deployment().functionId();
        return new Whose(new Account(tenant, function.isEmpty() ? gate.id().toString() : function), parties);
    }

    /// Of one that waits for the function's first run, or only tries to load it.
    static Whose of(String tenant, FunctionSpec function) {
        return new Whose(new Account(tenant, function.deployment().functionId()), Set.of(tenant));
    }
}
