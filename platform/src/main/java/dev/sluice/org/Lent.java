package dev.sluice.org;

import dev.sluice.label.Component;

/// What the policies lend one request, beside the caller's own identity. Lent is not owned: nothing is delegated
/// from it.
///
/// @param read  for clearance and delivery: secrecy only
/// @param write for changing what stands under these principals: integrity only
public record Lent(Component read, Component write) {
    public static final Lent NOTHING = new Lent(Component.TRUE, Component.TRUE);

    /// Both.
    public Lent and(Lent other) {
        return new Lent(read.and(other.read), write.and(other.write));
    }
}
