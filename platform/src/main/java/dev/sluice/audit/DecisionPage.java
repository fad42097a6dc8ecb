package dev.sluice.audit;

import java.util.List;

/// What was decided in about a minute.
///
/// @param atMillis when it was written
/// @param unnoted  how many decisions more there were than are kept
/// @param noted    in the order in which they were first made
public record DecisionPage(long atMillis, long unnoted, List<Noted> noted) {
    public DecisionPage {
        noted = List.copyOf(noted);
    }

    /// Equal decisions.
    ///
    /// @param atMillis of the first one
    public record Noted(long atMillis, long count, Judgment judgment) {}
}
