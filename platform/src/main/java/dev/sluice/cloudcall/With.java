package dev.sluice.cloudcall;

import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Privilege;

/// How much of its run's privilege a change shall use, to vouch for it. No change ever uses it to release something:
/// a run that wants that says so with [CloudCall.Declassify] (hole H9).
public sealed interface With {
    /// All or nothing.
    enum Extent implements With {
        /// What vouches for the run's label must do.
        NONE,
        ALL
    }

    /// @param component what the privilege must imply, not yet parsed
    record Part(String component) implements With {}

    /// What [Task#current] may use.
    ///
    /// @throws LabelInvalid if it is no component
    /// @throws Refused `DENIED` if the privilege does not imply it
    default Privilege exercised() {
        return switch (this) {
            case Extent.NONE -> Privilege.NONE;
            case Extent.ALL -> Task.current().forEndorsing();
            case Part(String component) -> Task.current().exercise(Component.TRUE, Component.parse(component));
        };
    }
}
