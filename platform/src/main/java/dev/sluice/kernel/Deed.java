package dev.sluice.kernel;

import dev.sluice.label.Label;
import java.util.Map;

/// An act as it goes on record.
///
/// @param kind    a word such as `gate.create`
/// @param what    the path or name of what it is done to
/// @param target  the label of that: its owner's record it is
/// @param details what else an auditor wants to know; no secrets, and nothing that the doer has not learnt
public record Deed(String kind, String what, Label target, Map<String, String> details) {
    public Deed {
        details = Map.copyOf(details);
    }
}
