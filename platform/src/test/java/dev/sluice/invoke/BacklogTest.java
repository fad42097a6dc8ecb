package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.store.StoreFailed;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    private final AtomicInteger started = new AtomicInteger();
    private final Semaphore mayEnd = new Semaphore(0);
    private final Backlog backlog = new Backlog(_ -> {
        started.incrementAndGet();
        mayEnd.acquire();
    });

    @Test
    void oneTenantsBacklog_isStartedBitByBit_andLeavesAnotherAlone() {
        for (int i = 0; i < Backlog.TENANT_UNDER_WAY_MAX + 10; i++) {
            backlog.add("acme", UUID.randomUUID());
        }
        await().until(() -> started.get() == Backlog.TENANT_UNDER_WAY_MAX);
        backlog.add("blue", UUID.randomUUID());
        await().until(() -> started.get() == Backlog.TENANT_UNDER_WAY_MAX + 1);
        mayEnd.release(5);
        await().until(() -> started.get() >= Backlog.TENANT_UNDER_WAY_MAX + 5);
        assertThat(started).hasValueLessThanOrEqualTo(Backlog.TENANT_UNDER_WAY_MAX + 6);
        mayEnd.release(1_000);
        await().until(() -> started.get() == Backlog.TENANT_UNDER_WAY_MAX + 11);
    }

    @Test
    void aTenantWithTooManyWaiting_isRefused_andAnotherIsNot() {
        for (int i = 0; i < Backlog.TENANT_UNDER_WAY_MAX + Backlog.TENANT_WAITING_MAX; i++) {
            backlog.add("acme", UUID.randomUUID());
        }
        await().until(() -> started.get() == Backlog.TENANT_UNDER_WAY_MAX);
        assertThatThrownBy(() -> backlog.requireRoom("acme"))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.OVERLOADED));
        backlog.requireRoom("blue");
    }

    @Test
    void aRunThatThePlatformFailed_takesNoPlaceWithIt() {
        var failing = new Backlog(_ -> {
            started.incrementAndGet();
            mayEnd.acquire();
            throw new StoreFailed("on purpose");
        });
        int all = 2 * Backlog.TENANT_UNDER_WAY_MAX;
        for (int i = 0; i < all; i++) {
            failing.add("acme", UUID.randomUUID());
        }
        mayEnd.release(all);
        await().dontCatchUncaughtExceptions().until(() -> started.get() == all);
    }
}
