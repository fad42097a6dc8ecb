package dev.sluice.fuzz;

import dev.sluice.api.Limiting;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.Quota;
import dev.sluice.fs.QuotaPlan;
import dev.sluice.fs.Usage;
import dev.sluice.kernel.Witness;
import dev.sluice.org.Limit;
import dev.sluice.org.OrganizationLimits;
import dev.sluice.org.TenantLimits;
import dev.sluice.schedule.Scheduler;
import dev.sluice.store.Store;
import java.util.Map;

/// Limits that no scenario comes near.
final class Plenty {
    private static final TenantLimits LIMITS = new TenantLimits(
            Map.of(Limit.REQUESTS_PER_SECOND, Limit.REQUESTS_PER_SECOND.max()), new QuotaPlan(Quota.DEFAULT, Map.of()));

    private Plenty() {}

    static Scheduler scheduler(int memoryMib) {
        return new Scheduler(memoryMib, tenant -> Limiting.runs(LIMITS, tenant));
    }

    static Limiting limiting(LabeledFs fs, Witness witness, Scheduler scheduler, Store store) {
        var register = new OrganizationLimits(fs, witness, LIMITS);
        return new Limiting(LIMITS, register, scheduler, tenant -> Usage.of(store, tenant), System::nanoTime);
    }
}
