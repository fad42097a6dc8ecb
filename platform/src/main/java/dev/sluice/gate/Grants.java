package dev.sluice.gate;

import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Trace.Check;
import dev.sluice.label.Component;
import dev.sluice.label.Label;

/// What the author of a gate must hold, and what must stand behind it.
final class Grants {
    private Grants() {}

    /// @throws Refused `DENIED` unless both sides of the current task's privilege imply `granted`
    static void requireHeld(Component granted, String what) {
        Task author = Task.current();
        if (!author.holds(granted)) {
            author.remember(Check.GRANT, Label.of(granted, Component.TRUE), Label.of(Component.TRUE, granted), what);
            throw Refused.denied();
        }
    }

    /// @throws Refused `DENIED` if somebody weaker than `granted` may replace a gate labeled `label`
    static void requireBacked(Label label, Component granted, Backing backing) {
        if (!backing.backs(label, granted)) {
            Label vouched = Label.of(Component.TRUE, label.integrity());
            Label wanted = Label.of(Component.TRUE, granted);
            Task.current().rememberUnaided(Check.PLACE, vouched, wanted, "the gate's label");
            throw Refused.denied();
        }
    }
}
