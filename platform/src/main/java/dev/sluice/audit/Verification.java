package dev.sluice.audit;

/// What a walk along an organization's chains gave.
public sealed interface Verification {
    /// Nothing was changed, moved or removed, as far as the kept heads say.
    ///
    /// @param head    to be kept: whoever gives it to a later walk has this one's end checked
    /// @param records how many there are
    record Sound(String head, long records) implements Verification {}

    /// The first place where a chain does not hold.
    ///
    /// @param chain  `acts` or `flows`
    /// @param number of the record, from 1
    record Broken(String chain, long number, String reason) implements Verification {}
}
