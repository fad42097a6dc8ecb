package dev.sluice.gate;

import dev.sluice.bytes.Digest;
import dev.sluice.fs.ObjectId;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;

/// One version of one gate, decoded.
///
/// @param digest of the stored content
record Link(ObjectId id, long version, Label label, GateContent.OfFunction content, Digest digest) {
    /// What the system itself publishes is trusted by whoever redirects to it: only root writes what this
    /// principal vouches for, and it is replaced together with the platform.
    private static final Component PUBLISHER = Component.of(Principal.of("faasten"));

    /// Whether nobody weaker than `grant` can replace this gate (hole H13).
    boolean isKeptBy(Component grant) {
        return label.integrity().implies(grant) || label.integrity().implies(PUBLISHER);
    }
}
