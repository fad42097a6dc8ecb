package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.schedule.Parcel;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Bound;
import dev.sluice.store.StoreClosed;
import dev.sluice.store.StoreFailed;
import java.time.Clock;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    private static final Parcel SMALL = new Parcel(1, false);

    private final AtomicInteger started = new AtomicInteger();
    private final Semaphore mayEnd = new Semaphore(0);
    private final Map<String, Scheduler.Limits> limits = new ConcurrentHashMap<>();
    private final Scheduler scheduler =
            new Scheduler(1, tenant -> limits.getOrDefault(tenant, new Scheduler.Limits(1_000, 1_000, 1, 1 << 30)));
    private final Backlog backlog = new Backlog(
            _ -> {
                started.incrementAndGet();
                mayEnd.acquire();
                return OptionalLong.empty();
            },
            scheduler,
            Clock.systemUTC());

    @Test
    void oneTenantsBacklog_isStartedBitByBit_andLeavesAnotherAlone() {
        for (int i = 0; i < Backlog.TENANT_UNDER_WAY_MAX + 10; i++) {
            accept(backlog, "acme");
        }
        await().until(() -> started.get() == Backlog.TENANT_UNDER_WAY_MAX);
        accept(backlog, "blue");
        await().until(() -> started.get() == Backlog.TENANT_UNDER_WAY_MAX + 1);
        mayEnd.release(5);
        await().until(() -> started.get() >= Backlog.TENANT_UNDER_WAY_MAX + 5);
        assertThat(started).hasValueLessThanOrEqualTo(Backlog.TENANT_UNDER_WAY_MAX + 6);
        mayEnd.release(1_000);
        await().until(() -> started.get() == Backlog.TENANT_UNDER_WAY_MAX + 11);
    }

    @Test
    void aTenantWithTooManyWaiting_isRefused_beforeItIsOnRecord_andAnotherIsNot() {
        limits.put("acme", new Scheduler.Limits(2, 3, 1, 1 << 30));
        for (int i = 0; i < 2; i++) {
            accept(backlog, "acme");
        }
        await().until(() -> started.get() == 2 && scheduler.used("acme").waiting() == 0);
        for (int i = 0; i < 3; i++) {
            accept(backlog, "acme");
        }
        assertThat(backlog.accept("acme", UUID.randomUUID(), SMALL, () -> {
                    throw new AssertionError("on record");
                }))
                .contains(Bound.WAITING);
        mayEnd.release(1);
        await().until(() -> scheduler.used("acme").waiting() == 2);
        accept(backlog, "acme");
        accept(backlog, "blue");
    }

    @Test
    void aRunThatCouldNotBePutOnRecord_doesNotCount() {
        limits.put("acme", new Scheduler.Limits(1, 1, 1, 1 << 30));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> backlog.accept("acme", UUID.randomUUID(), SMALL, () -> {
                        throw new StoreFailed("on purpose");
                    }))
                    .isInstanceOf(StoreFailed.class);
        }
        assertThat(scheduler.used("acme")).isEqualTo(new Scheduler.Limits(0, 0, 0, 0));
    }

    /// The store has all of them.
    @Test
    void whatAcceptedRunsWereGiven_isBounded_andCountsUntilTheyHaveEnded() {
        limits.put("acme", new Scheduler.Limits(1, 1_000, 1, 100));
        assertThat(backlog.accept("acme", UUID.randomUUID(), new Parcel(60, false), () -> true))
                .isEmpty();
        await().until(() -> started.get() == 1);
        assertThat(backlog.accept("acme", UUID.randomUUID(), new Parcel(40, false), () -> true))
                .isEmpty();
        assertThat(backlog.accept("acme", UUID.randomUUID(), new Parcel(1, false), () -> {
                    throw new AssertionError("on record");
                }))
                .contains(Bound.BYTES);
        accept(backlog, "blue");
        assertThat(scheduler.used("acme").bytes()).isEqualTo(100);
        mayEnd.release(3);
        await().until(() -> scheduler.used("acme").bytes() == 0);
    }

    /// As a restart leaves it.
    @Test
    void whatWasAcceptedBefore_counts_andIsTaken_thoughItIsTooMuch() {
        limits.put("acme", new Scheduler.Limits(1, 2, 1, 100));
        for (int i = 0; i < 4; i++) {
            backlog.addAgain("acme", UUID.randomUUID(), new Parcel(50, i % 2 == 0), 0);
        }
        await().until(() -> started.get() == 1);
        assertThat(scheduler.used("acme").bytes()).isEqualTo(200);
        mayEnd.release(2);
        await().until(() -> scheduler.used("acme").waiting() == 1);
        assertThat(backlog.accept("acme", UUID.randomUUID(), SMALL, () -> true)).contains(Bound.BYTES);
        mayEnd.release(2);
        await().until(() -> scheduler.used("acme").bytes() == 0);
    }

    @Test
    void asManyAreUnderWay_asTheTenantMayRun_andMoreAtOnceWhenItMay() {
        limits.put("acme", new Scheduler.Limits(2, 1_000, 1, 1 << 30));
        for (int i = 0; i < 10; i++) {
            accept(backlog, "acme");
        }
        await().until(() -> started.get() == 2 && scheduler.used("acme").waiting() == 8);
        limits.put("acme", new Scheduler.Limits(5, 1_000, 1, 1 << 30));
        backlog.reconsider();
        await().until(() -> started.get() == 5);
        limits.put("acme", new Scheduler.Limits(1, 1_000, 1, 1 << 30));
        mayEnd.release(4);
        await().until(() -> mayEnd.availablePermits() == 0 && mayEnd.getQueueLength() == 1);
        assertThat(started).hasValue(5);
    }

    private static void accept(Backlog backlog, String tenant) {
        assertThat(backlog.accept(tenant, UUID.randomUUID(), SMALL, () -> true)).isEmpty();
    }

    @Test
    void aRunThatThePlatformFailed_takesNoPlaceWithIt() {
        var failing = new Backlog(
                _ -> {
                    started.incrementAndGet();
                    mayEnd.acquire();
                    throw new StoreFailed("on purpose");
                },
                scheduler,
                Clock.systemUTC());
        int all = 2 * Backlog.TENANT_UNDER_WAY_MAX;
        for (int i = 0; i < all; i++) {
            accept(failing, "acme");
        }
        mayEnd.release(all);
        await().dontCatchUncaughtExceptions().until(() -> started.get() == all);
    }

    /// Else each run that waits is tried, and fails with a stack trace.
    @Test
    void whenTheServerEnds_nothingMoreIsStarted_andNobodyComplains() {
        var uncaught = new AtomicInteger();
        var ending = new Backlog(
                _ -> {
                    Thread.currentThread().setUncaughtExceptionHandler((_, _) -> uncaught.incrementAndGet());
                    started.incrementAndGet();
                    mayEnd.acquire();
                    throw new StoreClosed();
                },
                scheduler,
                Clock.systemUTC());
        for (int i = 0; i < 10 * Backlog.TENANT_UNDER_WAY_MAX; i++) {
            accept(ending, "acme");
        }
        await().until(() -> started.get() == Backlog.TENANT_UNDER_WAY_MAX);
        mayEnd.release(10 * Backlog.TENANT_UNDER_WAY_MAX);
        await().until(() -> scheduler.used("acme").bytes() == 9 * Backlog.TENANT_UNDER_WAY_MAX);
        assertThat(started).hasValue(Backlog.TENANT_UNDER_WAY_MAX);
        assertThat(uncaught).hasValue(0);
    }

    @Test
    void aRunThatIsToBeTriedAgain_waitsForItsTime_countsMeanwhile_andTakesNoPlace() {
        limits.put("acme", new Scheduler.Limits(1, 2, 1, 1 << 30));
        var due = new AtomicLong(System.currentTimeMillis() + 60_000);
        var retrying = new Backlog(
                _ -> {
                    started.incrementAndGet();
                    return due.get() == 0 ? OptionalLong.empty() : OptionalLong.of(due.get());
                },
                scheduler,
                Clock.systemUTC());
        UUID first = UUID.randomUUID();
        assertThat(retrying.accept("acme", first, SMALL, () -> true)).isEmpty();
        await().until(() -> scheduler.used("acme").waiting() == 1 && started.get() == 1);
        accept(retrying, "acme");
        await().until(() -> scheduler.used("acme").waiting() == 2 && started.get() == 2);
        assertThat(retrying.accept("acme", UUID.randomUUID(), SMALL, () -> true))
                .contains(Bound.WAITING);
        retrying.withdraw("acme", first);
        assertThat(scheduler.used("acme").waiting()).isEqualTo(1);
        due.set(System.currentTimeMillis() + 300);
        accept(retrying, "acme");
        await().until(() -> started.get() == 3);
        due.set(0);
        await().until(() -> started.get() == 4);
        assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(due.get());
        assertThat(scheduler.used("acme").bytes()).as("one still waits").isEqualTo(1);
    }
}
