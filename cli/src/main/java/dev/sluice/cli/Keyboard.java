package dev.sluice.cli;

import java.util.Optional;

/// Somebody who sits at the terminal and can be asked.
public interface Keyboard {
    /// What he types up to the end of the line; empty when he ends the input instead.
    Optional<String> line(String question);

    /// As [#line], and what he types does not show.
    Optional<String> secret(String question);
}
