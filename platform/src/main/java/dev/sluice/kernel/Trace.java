package dev.sluice.kernel;

import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.List;
import java.util.Optional;

/// How a task came by its label, and what it was last refused: the material of an explanation.
///
/// It tells what the task knows, so whoever keeps it keeps it at `highest` or above. Its components describe
/// authority and are none.
///
/// @param who     what the task acts for: the integrity of its privilege
/// @param start   the label it began with
/// @param label   the label it has
/// @param highest the join of all labels it had
/// @param steps   the latest ones that changed its label, oldest first
/// @param omitted how many came before those
public record Trace(
        Component who,
        Label start,
        Label label,
        Label highest,
        List<Step> steps,
        int omitted,
        Optional<Denial> denial) {
    public static final int STEPS_MAX = 64;
    public static final int WHAT_CHARS_MAX = 200;

    public Trace {
        steps = List.copyOf(steps);
    }

    /// Whether there is nothing to explain: no label changed and nothing was refused.
    public boolean isEmpty() {
        return steps.isEmpty() && denial.isEmpty();
    }

    /// Whether privilege was used to lower the label or to vouch for it.
    public boolean usedPrivilege() {
        return omitted > 0 || steps.stream().anyMatch(step -> step.act() != Act.OBSERVE);
    }

    /// What changed a label.
    public enum Act {
        OBSERVE,
        DECLASSIFY,
        ENDORSE
    }

    /// One change of the label.
    ///
    /// @param what   the path or the words of it, cut at [#WHAT_CHARS_MAX]
    /// @param source what was observed, or what was asked for
    public record Step(Act act, String what, Label source, Label before, Label after) {}

    /// The check that said no. Each is whether `from` may flow to `to`, with the privilege `usedSecrecy` and
    /// `usedIntegrity`.
    public record Denial(
            Check check, String what, Label from, Label to, Component usedSecrecy, Component usedIntegrity) {}

    /// Why it was asked.
    public enum Check {
        /// Reading: the label and the source, below the clearance?
        READ,
        /// Changing something.
        WRITE,
        /// Making something: its label, below the clearance?
        CREATE,
        /// Giving up secrecy.
        DECLASSIFY,
        /// Vouching.
        ENDORSE,
        /// Using a privilege: is it held?
        USE,
        /// Entering a gate.
        ENTER,
        /// Giving a gate a privilege.
        GRANT,
        /// Putting a gate where nobody may change it who does not hold its privilege.
        PLACE,
        /// Handing an answer or an input to the outside.
        DELIVER
    }
}
