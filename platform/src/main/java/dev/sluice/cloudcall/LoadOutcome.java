package dev.sluice.cloudcall;

/// What became of loading a function.
public sealed interface LoadOutcome {
    /// Ready to run.
    ///
    /// @param convention the one that will be used: never [Convention#AUTO]
    record Loaded(Convention convention) implements LoadOutcome {}

    /// The package has no such handler, does not import, or its handler cannot be called as it must be. The
    /// instance is of no more use; the message is one clear reason.
    record Failed(GuestFailure failure) implements LoadOutcome {}
}
