package dev.sluice.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schedule.Scheduler.Admission;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Memory that is set aside for what waits for runs.
@SuppressWarnings("try") // leases are given back in the middle, which is what is tested
final class ReserveTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Map<String, Scheduler.Limits> limits = new ConcurrentHashMap<>();
    private final Scheduler scheduler = new Scheduler(
            1024, tenant -> limits.getOrDefault(tenant, new Scheduler.Limits(100, 100, 1 << 20, 1 << 30)));
    private final AtomicInteger revoked = new AtomicInteger();

    @Test
    void aQuarterOfTheMachine_canBeSetAside_andIsTheTenants() {
        Reservation first = reserve("a", 128).orElseThrow();
        assertThat(reserve("b", 128)).isPresent();
        assertThat(reserve("c", 128)).isEmpty();
        assertThat(scheduler.used("a").memoryMib()).isEqualTo(128);
        assertThat(scheduler.load().leasedMib()).isEqualTo(256);
        first.close();
        first.close();
        assertThat(scheduler.used("a").memoryMib()).isZero();
        assertThat(scheduler.load().leasedMib()).isEqualTo(128);
        assertThat(reserve("c", 128)).isPresent();
    }

    @Test
    void aTenantsLimit_holdsForWhatItSetsAside() {
        limits.put("a", new Scheduler.Limits(100, 100, 200, 1 << 30));
        assertThat(reserve("a", 128)).isPresent();
        assertThat(reserve("a", 128)).isEmpty();
    }

    @Test
    void aRunOfTheTenant_takesWhatItNeeds() throws InterruptedException {
        limits.put("a", new Scheduler.Limits(100, 100, 256, 1 << 30));
        Reservation kept = reserve("a", 128).orElseThrow();
        try (var _ = granted("a", 128)) {
            assertThat(kept.isRevoked()).isFalse();
            try (var _ = granted("a", 128)) {
                assertThat(kept.isRevoked()).isTrue();
                assertThat(revoked).hasValue(1);
                assertThat(scheduler.used("a").memoryMib()).isEqualTo(256);
                assertThat(reserve("a", 128)).isEmpty();
            }
        }
        kept.close();
        assertThat(scheduler.used("a").memoryMib()).isZero();
    }

    @Test
    void anybodysRuns_takeTheMachine_fromWhoHasMostSetAside() throws InterruptedException {
        Reservation little = reserve("a", 64).orElseThrow();
        Reservation much = reserve("b", 128).orElseThrow();
        try (var _ = granted("c", 700);
                var _ = granted("d", 200)) {
            assertThat(much.isRevoked()).isTrue();
            assertThat(little.isRevoked()).isFalse();
        }
    }

    /// Else it is set aside, loaded and taken away again, over and over.
    @Test
    void whatRunsHold_isNotSetAside() throws InterruptedException {
        try (var _ = granted("c", 960)) {
            assertThat(reserve("a", 128)).isEmpty();
            assertThat(reserve("a", 64)).isPresent();
        }
        assertThat(reserve("a", 128)).isPresent();
    }

    @Test
    void aLowerLimit_takesWhatIsSetAside() {
        Reservation kept = reserve("a", 128).orElseThrow();
        limits.put("a", new Scheduler.Limits(100, 100, 100, 1 << 30));
        scheduler.reconsider();
        assertThat(kept.isRevoked()).isTrue();
    }

    private Optional<Reservation> reserve(String tenant, int mib) {
        return scheduler.reserve(tenant, mib, revoked::incrementAndGet);
    }

    private Scheduler.Lease granted(String tenant, int mib) throws InterruptedException {
        return ((Admission.Granted) scheduler.acquire(tenant, mib, SHORT)).lease();
    }
}
