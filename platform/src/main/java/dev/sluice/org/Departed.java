package dev.sluice.org;

import dev.sluice.fs.Closing;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/// The organizations that were deleted, for whoever removes what they leave behind. Thread-safe.
public final class Departed {
    private final Registry registry;
    private final Closing closing;

    /// @param witness is told of each change
    public Departed(LabeledFs fs, Witness witness) {
        this.registry = new Registry(fs, witness);
        this.closing = new Closing(fs);
    }

    /// Those of which something may be left, with when they were deleted. Reads them from the store.
    public Map<Organization, Instant> all() {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.NONE).run(registry::departed);
    }

    /// Notes that nothing is left of one. Acts as root.
    ///
    /// @throws Refused `NOT_FOUND` if it is not deleted
    public void emptied(Organization organization, InstantSource clock) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.TRUE, Component.FALSE)).run(() -> {
            registry.emptied(organization, clock.instant().getEpochSecond());
            return organization;
        });
        closing.reopen(organization.token()); // who could add anything has ended
    }
}
