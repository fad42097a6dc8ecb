package dev.sluice.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.schedule.Scheduler.Admission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class SchedulerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Scheduler scheduler = new Scheduler(256);

    @Test
    void acquire_withRoom_isGrantedAtOnce_andCloseGivesItBack() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            granted(scheduler.acquire("a", 256, SHORT)).close();
        }
        assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, 256));
    }

    @Test
    void acquire_withoutRoom_timesOut_andLeavesNothingWaiting() throws InterruptedException {
        try (var held = granted(scheduler.acquire("a", 200, SHORT))) {
            assertThat(scheduler.acquire("b", 100, SHORT)).isInstanceOf(Admission.TimedOut.class);
            assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, held.memoryMib(), 256));
        }
    }

    @Test
    void acquire_ofMoreThanTheMachineHas_isRefusedAtOnce() throws InterruptedException {
        assertThat(scheduler.acquire("a", 257, LONG)).isInstanceOf(Admission.QueueFull.class);
    }

    @Test
    void close_twice_givesBackOnce() throws InterruptedException {
        var held = granted(scheduler.acquire("a", 256, SHORT));
        held.close();
        held.close();
        assertThat(scheduler.load().leasedMib()).isZero();
    }

    @Test
    void aFullTenantQueue_isRefused_andAnotherTenantStillWaits() throws InterruptedException {
        var room = granted(scheduler.acquire("a", 256, SHORT));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < Scheduler.TENANT_QUEUE_RUNS_MAX; i++) {
                threads.execute(() -> acquireAndClose("flood", new ArrayList<>()));
            }
            await().until(() -> scheduler.load().waitingRuns() == Scheduler.TENANT_QUEUE_RUNS_MAX);
            assertThat(scheduler.acquire("flood", 128, LONG)).isInstanceOf(Admission.QueueFull.class);
            assertThat(scheduler.acquire("quiet", 128, SHORT)).isInstanceOf(Admission.TimedOut.class);
            room.close();
        }
        assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, 256));
    }

    @Test
    void tenants_takeTurns_whateverTheFloodOfOne() throws InterruptedException {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        var room = granted(scheduler.acquire("x", 256, SHORT));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                threads.execute(() -> acquireAndClose("flood", order));
            }
            await().until(() -> scheduler.load().waitingRuns() == 20);
            threads.execute(() -> acquireAndClose("quiet", order));
            await().until(() -> scheduler.load().waitingRuns() == 21);
            room.close();
        }
        assertThat(order.indexOf("quiet")).isLessThanOrEqualTo(2);
    }

    @Test
    void runsWithoutEnd_leaveSomeRoom_forWhoComesNext() throws InterruptedException {
        var wide = new Scheduler(1024);
        for (String flood : List.of("one", "two")) {
            while (wide.acquire(flood, 16, SHORT) instanceof Admission.Granted) {
                assertThat(wide.load().leasedMib()).isLessThan(1024);
            }
        }
        granted(wide.acquire("quiet", 32, SHORT));
    }

    @Test
    void whoHasHadHisShare_isPassedOver_andServedOnceHeGivesBack() throws InterruptedException {
        var wide = new Scheduler(1024);
        var first = granted(wide.acquire("flood", 128, SHORT));
        while (wide.acquire("flood", 128, SHORT) instanceof Admission.Granted) {
            assertThat(wide.load().leasedMib()).isLessThan(1024);
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var late = threads.submit(() -> wide.acquire("flood", 128, LONG));
            await().until(() -> wide.load().waitingRuns() == 1);
            granted(wide.acquire("quiet", 128, SHORT)).close();
            assertThat(late.isDone()).isFalse();
            first.close();
            await().until(late::isDone);
        }
        assertThat(wide.load().waitingRuns()).isZero();
    }

    @Test
    void aBigWish_isNotOvertaken() throws InterruptedException {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        var room = granted(scheduler.acquire("x", 128, SHORT));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> acquireAndClose("big", order));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            assertThat(scheduler.acquire("small", 128, SHORT)).isInstanceOf(Admission.TimedOut.class);
            room.close();
        }
        assertThat(order).containsExactly("big");
    }

    private void acquireAndClose(String tenant, List<String> order) {
        try {
            int wish = 256;
            if (scheduler.acquire(tenant, wish, LONG) instanceof Admission.Granted(var lease)) {
                order.add(tenant);
                lease.close();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static Scheduler.Lease granted(Admission admission) {
        assertThat(admission).isInstanceOf(Admission.Granted.class);
        return ((Admission.Granted) admission).lease();
    }
}
