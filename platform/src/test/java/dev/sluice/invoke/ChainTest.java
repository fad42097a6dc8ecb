package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.testing.Tasks;
import dev.sluice.worker.Cancellation;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How long, and beside what, a run waits for room.
final class ChainTest {
    private static final int MIB = 128;
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final Scheduler scheduler = new Scheduler(MIB, _ -> new Scheduler.Limits(9, 9, 1 << 20, 1 << 30));

    @Test
    @Timeout(10)
    void aRun_waitsForRoom_noLongerThanItIsOfUse_norThanItsPatience() throws InterruptedException {
        try (Lease all = lease()) {
            assertThat(chain(LONG, SHORT).acquire(scheduler, "acme", "f", MIB)).isInstanceOf(Admission.TimedOut.class);
            assertThat(chain(SHORT, LONG).acquire(scheduler, "acme", "f", MIB)).isInstanceOf(Admission.TimedOut.class);
            assertThat(all.memoryMib()).isEqualTo(MIB);
        }
    }

    @Test
    void whatIsOfNoUseAnyMore_hasNoTimeLeft() {
        assertThat(chain(LONG, Duration.ofSeconds(-1)).timeLeft()).isEqualTo(Duration.ZERO);
    }

    /// Else it would wait for room until its caller's time is up, who holds all there is.
    @Test
    @Timeout(10)
    void aRunInsideAnother_isRefusedAtOnce_whereTheOtherHoldsAllRoom() throws InterruptedException {
        Task caller = Tasks.of("T,T", "T,T", "T");
        try (Lease all = lease()) {
            Chain inner = Chain.outermost(caller, false)
                    .within(new Chain.Around(all, new Cancellation()), System.nanoTime() + LONG.toNanos())
                    .calledBy(caller);
            assertThat(inner.acquire(scheduler, "acme", "f", MIB)).isInstanceOf(Admission.QueueFull.class);
        }
    }

    private Lease lease() throws InterruptedException {
        return ((Admission.Granted) scheduler.acquire("acme", MIB, SHORT)).lease();
    }

    private static Chain chain(Duration patience, Duration ofUse) {
        long endNanos = System.nanoTime() + ofUse.toNanos();
        return new Chain(Component.TRUE, 0, Optional.empty(), Scheduler.Standing.KNOWN, patience, endNanos);
    }
}
