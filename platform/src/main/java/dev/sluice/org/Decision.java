package dev.sluice.org;

/// What decided whether somebody may do something.
public sealed interface Decision {
    /// The first rule that allows it; no rule denies it.
    record Allowed(Basis by) implements Decision {}

    /// The first rule that denies it. One that denies a single object denies what is about the whole resource too.
    record Denied(Basis by) implements Decision {}

    /// No rule speaks of it.
    record Unmatched() implements Decision {}

    /// @param policy its name
    /// @param rule   the number of its rule, from 0
    /// @param role   through which the rule says so; empty if by itself
    record Basis(String policy, int rule, String role) {
        static Basis of(Line line) {
            return new Basis(line.policy(), line.number(), line.role());
        }
    }
}
