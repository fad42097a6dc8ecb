package dev.sluice.cli.command;

/// What a command does.
@FunctionalInterface
public interface Action {
    /// Returns the exit code.
    ///
    /// @throws dev.sluice.cli.Failure with the message for the user and the exit code
    int run(Arguments arguments, Session session);
}
