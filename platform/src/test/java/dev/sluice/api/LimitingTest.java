package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fs.Quota;
import dev.sluice.fs.QuotaPlan;
import dev.sluice.org.Limit;
import dev.sluice.org.TenantLimits;
import dev.sluice.schedule.Scheduler;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LimitingTest {
    @Test
    void theScheduler_isToldEachLimitOfATenant_asItIs() {
        var limits = new TenantLimits(
                Map.of(
                        Limit.CONCURRENT_RUNS,
                        3L,
                        Limit.QUEUED_RUNS,
                        5L,
                        Limit.MEMORY_MIB,
                        64L,
                        Limit.QUEUED_MIB,
                        7L,
                        Limit.WEIGHT,
                        250L),
                new QuotaPlan(Quota.DEFAULT, Map.of()));
        assertThat(Limiting.runs(limits, "acme")).isEqualTo(new Scheduler.Limits(3, 5, 64, 7L << 20, 250));
        assertThat(Limiting.runs(new TenantLimits(Map.of(), new QuotaPlan(Quota.DEFAULT, Map.of())), "acme"))
                .isEqualTo(new Scheduler.Limits(1_000, 10_000, 16 << 20, 1L << 30));
    }

    /// As docs/design/quotas.md says.
    @Test
    void whereNobodySaysAnything_theUsualHolds() {
        var limits = new TenantLimits(Map.of(), new QuotaPlan(Quota.DEFAULT, Map.of()));
        assertThat(limits.of("acme", Limit.FUNCTIONS)).isEqualTo(1_000);
        assertThat(limits.of("acme", Limit.REQUESTS_PER_SECOND)).isEqualTo(1_000);
        assertThat(limits.of("acme", Limit.STORED_ITEMS)).isEqualTo(10_000_000);
        assertThat(limits.of("acme", Limit.STORED_MIB)).isEqualTo(100 << 10);
    }
}
