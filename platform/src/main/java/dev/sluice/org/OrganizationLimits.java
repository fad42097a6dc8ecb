package dev.sluice.org;

import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// What is set for single organizations, where each is registered: at `acme,F`, so nobody of the organization can write
/// it, and it goes with the organization. Acts as root.
///
/// Thread-safe. One process writes: another one's changes are not seen.
public final class OrganizationLimits {
    private final Registry registry;
    private final TenantLimits limits;
    private final ReentrantLock changing = new ReentrantLock();

    /// @param witness is told of each change
    /// @param limits  where they are in force
    public OrganizationLimits(LabeledFs fs, Witness witness, TenantLimits limits) {
        this.registry = new Registry(fs, witness);
        this.limits = limits;
    }

    /// Puts all that is set in force. To be called once the file system is there, and before anybody is served.
    public void load() {
        new Task(Label.PUBLIC, Label.TOP, Privilege.NONE).run(() -> {
            registry.limits().forEach(limits::set);
            return registry;
        });
    }

    /// Changes some limits of an organization. In force, on record and durable on return.
    ///
    /// @param changes empty for what shall be as it is by default; what is left out stays as it is
    /// @param by who wants it, for the record
    /// @throws Refused `NOT_FOUND` for an organization that was deleted, `CONFLICT` if it is being changed
    public void set(Organization organization, Map<Limit, Optional<Long>> changes, Component by) {
        changing.lock();
        try {
            Map<Limit, Long> all = new EnumMap<>(Limit.class);
            all.putAll(limits.set(organization.token()));
            changes.forEach(
                    (limit, value) -> value.ifPresentOrElse(number -> all.put(limit, number), () -> all.remove(limit)));
            new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.TRUE, Component.FALSE)).run(() -> {
                registry.limit(organization, all, by);
                return all;
            });
            limits.set(organization.token(), all);
        } finally {
            changing.unlock();
        }
    }

    /// After an organization was deleted: nothing is kept of it.
    public void forget(Organization organization) {
        changing.lock();
        try {
            limits.set(organization.token(), Map.of());
        } finally {
            changing.unlock();
        }
    }
}
