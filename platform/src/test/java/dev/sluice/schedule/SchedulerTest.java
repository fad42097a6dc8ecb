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

@SuppressWarnings("try") // leases are given back in the middle, which is what is tested
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

    @Test
    void aNestedWish_isRefusedAtOnce_whereNoRunMakesProgress() throws InterruptedException {
        try (var outer = granted(scheduler.acquire("a", 256, SHORT))) {
            assertThat(scheduler.acquireWithin(outer, "a", 128, LONG)).isInstanceOf(Admission.QueueFull.class);
            assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 256, 256));
        }
    }

    @Test
    void callsThatWaitForEachOther_areSettled_howeverManyGuestsThereIsRoomFor() throws InterruptedException {
        for (int guests = 1; guests <= 6; guests++) {
            var small = new Scheduler(guests * 128);
            var ended = new ArrayList<String>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int run = 0; run < 8; run++) {
                    String tenant = "tenant" + run % 3;
                    threads.execute(() -> {
                        try (var lease = granted(small.acquire(tenant, 128, LONG))) {
                            nest(small, lease, tenant, 4);
                        } catch (InterruptedException stopped) {
                            Thread.currentThread().interrupt();
                        }
                        synchronized (ended) {
                            ended.add(tenant);
                        }
                    });
                }
            }
            assertThat(ended).hasSize(8);
            assertThat(small.load()).isEqualTo(new Scheduler.Load(0, 0, guests * 128));
        }
    }

    private static void nest(Scheduler scheduler, Scheduler.Lease outer, String tenant, int depth)
            throws InterruptedException {
        if (depth > 0 && scheduler.acquireWithin(outer, tenant, 128, LONG) instanceof Admission.Granted(var lease)) {
            try (lease) {
                nest(scheduler, lease, tenant, depth - 1);
            }
        }
    }

    @Test
    void aNestedWish_thatFits_isNotHeldUpByALargerOneThatWaits() throws InterruptedException {
        try (var outer = granted(scheduler.acquire("a", 128, SHORT));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> acquireAndClose("b", new ArrayList<>()));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            granted(scheduler.acquireWithin(outer, "a", 128, LONG)).close();
            outer.close();
        }
    }

    @Test
    void aNestedWish_waitsForARunThatMakesProgress_andGoesBeforeItsTenantsOthers() throws InterruptedException {
        var outer = granted(scheduler.acquire("a", 128, SHORT));
        var other = granted(scheduler.acquire("b", 128, SHORT));
        var order = Collections.synchronizedList(new ArrayList<String>());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> {
                acquireAndClose("a", new ArrayList<>());
                order.add("later");
            });
            await().until(() -> scheduler.load().waitingRuns() == 1);
            threads.execute(() -> {
                try (var inner = granted(scheduler.acquireWithin(outer, "a", 128, LONG))) {
                    order.add("nested");
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            });
            await().until(() -> scheduler.load().waitingRuns() == 2);
            assertThat(order).isEmpty();
            other.close();
            await().until(() -> !order.isEmpty());
            outer.close();
        }
        assertThat(order).startsWith("nested");
    }

    @Test
    void aNestedWish_thatRunsOutOfTime_letsItsCallerGoOn() throws InterruptedException {
        try (var other = granted(scheduler.acquire("b", 128, SHORT));
                var outer = granted(scheduler.acquire("a", 128, SHORT))) {
            assertThat(scheduler.acquireWithin(outer, "a", 128, SHORT)).isInstanceOf(Admission.TimedOut.class);
            other.close();
            granted(scheduler.acquireWithin(outer, "a", 128, SHORT)).close();
            assertThat(scheduler.acquireWithin(outer, "a", 129, LONG)).isInstanceOf(Admission.QueueFull.class);
        }
        assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, 256));
    }
}
