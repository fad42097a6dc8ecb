package dev.sluice.gate;

import dev.sluice.bytes.Digest;
import dev.sluice.egress.Outbound;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.FunctionSpec;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import java.util.List;
import java.util.Optional;

/// What a gate is: what its author states, and what is shown of it. It names code by digest and never holds it.
///
/// Source: contracts/faasten.md 2.4, 3.3 and 3.5 `[R]`; design/labels.md section 4.
public sealed interface GateContent {
    /// What code behind the gate may act for.
    Component privilege();

    /// What an invoker must be vouched for by.
    Component clearance();

    /// A gate that leads to a function.
    sealed interface OfFunction extends GateContent {
        GatePolicy policy();

        @Override
        default Component privilege() {
            return policy().privilege();
        }

        @Override
        default Component clearance() {
            return policy().clearance();
        }
    }

    /// Runs one version of a function.
    ///
    /// @param inject the secrets that each of its runs reads for its code, in order: who makes such a gate could
    ///     read them himself
    record Direct(GatePolicy policy, FunctionSpec function, List<Principal> inject) implements OfFunction {
        /// Beside them a label must have room for what else a run starts with.
        public static final int INJECT_MAX = 24;

        /// @throws IllegalArgumentException for too many secrets
        public Direct {
            inject = List.copyOf(inject);
            if (inject.size() > INJECT_MAX) {
                throw new IllegalArgumentException("a gate injects at most " + INJECT_MAX + " secrets");
            }
        }

        /// Without secrets.
        public Direct(GatePolicy policy, FunctionSpec function) {
            this(policy, function, List.of());
        }

        /// All its secrets together.
        Component injected() {
            return Component.ofClauses(inject.stream().map(List::of).toList());
        }
    }

    /// Runs what another gate runs, with more authority.
    ///
    /// @param policy its privilege is joined with the target's; its declassify takes the place of the target's
    /// @param enter  counts only for reaching and entering the target: code never gets it
    /// @param target the gate it leads to, whatever that is replaced by
    /// @param pin    the content that the target must still have, else it is not found; empty to follow it
    record Redirect(GatePolicy policy, Component enter, ObjectId target, Optional<Digest> pin) implements OfFunction {}

    /// Leads to a server on the internet.
    ///
    /// @param privilege releases what leaves, and nothing else
    /// @param taint     what a caller is tainted with by whatever comes back
    /// @param egress    the label of the outside: what flows there may leave
    record External(
            Component privilege,
            Component clearance,
            Label taint,
            Label egress,
            UrlTemplate url,
            String verb,
            InjectedHeaders headers)
            implements GateContent {
        /// @throws IllegalArgumentException for an unknown verb
        public External {
            if (!Outbound.VERBS.contains(verb)) {
                throw new IllegalArgumentException("a verb is GET, HEAD, POST, PUT, PATCH or DELETE");
            }
        }

        External with(InjectedHeaders others) {
            return new External(privilege, clearance, taint, egress, url, verb, others);
        }
    }
}
