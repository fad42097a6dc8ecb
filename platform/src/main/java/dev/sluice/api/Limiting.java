package dev.sluice.api;

import dev.sluice.fs.Usage;
import dev.sluice.org.Limit;
import dev.sluice.org.OrganizationLimits;
import dev.sluice.org.TenantLimits;
import dev.sluice.sandbox.Isolation;
import dev.sluice.schedule.Scheduler;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// What limits organizations, and where it is seen how much they have.
///
/// @param limits   in force
/// @param register where they are set
/// @param stored   by each
/// @param nanos    a clock that never goes back
public record Limiting(
        TenantLimits limits,
        OrganizationLimits register,
        Scheduler scheduler,
        Function<String, Usage> stored,
        LongSupplier nanos) {
    /// By what a tenant's guests are isolated at least.
    public static Isolation isolation(TenantLimits limits, String tenant) {
        return Isolation.ofStrength(limits.of(tenant, Limit.ISOLATION));
    }

    /// What a tenant may run.
    public static Scheduler.Limits runs(TenantLimits limits, String tenant) {
        return new Scheduler.Limits(
                (int) limits.of(tenant, Limit.CONCURRENT_RUNS),
                (int) limits.of(tenant, Limit.QUEUED_RUNS),
                (int) limits.of(tenant, Limit.MEMORY_MIB),
                limits.of(tenant, Limit.QUEUED_MIB) << 20,
                (int) limits.of(tenant, Limit.WEIGHT));
    }
}
