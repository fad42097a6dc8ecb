package dev.sluice.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Bound;
import dev.sluice.schedule.Scheduler.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@SuppressWarnings("try") // leases are given back in the middle, which is what is tested
final class SchedulerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Parcel SMALL = new Parcel(1, false);

    private final Map<String, Scheduler.Limits> limits = new ConcurrentHashMap<>();
    private final Scheduler scheduler = scheduler(256);

    /// With as much as the machine has for each tenant that `limits` does not name.
    private Scheduler scheduler(int memoryMib) {
        var wide = new Scheduler.Limits(100_000, 100_000, 1 << 20, 1 << 30);
        return new Scheduler(memoryMib, tenant -> limits.getOrDefault(tenant, wide));
    }

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
            assertThat(scheduler.acquire("flood", 128, LONG)).isEqualTo(new Admission.AtLimit(Bound.WAITING));
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
        var wide = scheduler(1024);
        for (String flood : List.of("one", "two")) {
            while (wide.acquire(flood, 16, SHORT) instanceof Admission.Granted) {
                assertThat(wide.load().leasedMib()).isLessThan(1024);
            }
        }
        granted(wide.acquire("quiet", 32, SHORT));
    }

    @Test
    void whoHasHadHisShare_isPassedOver_andServedOnceHeGivesBack() throws InterruptedException {
        var wide = scheduler(1024);
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
    void aBigWish_isServedBeforeThoseThatDoNotFitBesideIt() throws InterruptedException {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        var room = granted(scheduler.acquire("x", 128, SHORT));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> acquireAndClose("big", order));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            assertThat(scheduler.acquire("small", 129, SHORT)).isInstanceOf(Admission.TimedOut.class);
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
            assertThat(scheduler.acquireWithin(outer, 128, LONG)).isInstanceOf(Admission.QueueFull.class);
            assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 256, 256));
        }
    }

    @Test
    void callsThatWaitForEachOther_areSettled_howeverManyGuestsThereIsRoomFor() throws InterruptedException {
        for (int guests = 1; guests <= 6; guests++) {
            var small = scheduler(guests * 128);
            var ended = new ArrayList<String>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int run = 0; run < 8; run++) {
                    String tenant = "tenant" + run % 3;
                    threads.execute(() -> {
                        try (var lease = granted(small.acquire(tenant, 128, LONG))) {
                            nest(small, lease, 4);
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

    private static void nest(Scheduler scheduler, Scheduler.Lease outer, int depth) throws InterruptedException {
        if (depth > 0 && scheduler.acquireWithin(outer, 128, LONG) instanceof Admission.Granted(var lease)) {
            try (lease) {
                nest(scheduler, lease, depth - 1);
            }
        }
    }

    @Test
    void aNestedWish_thatFits_isNotHeldUpByALargerOneThatWaits() throws InterruptedException {
        try (var outer = granted(scheduler.acquire("a", 128, SHORT));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> acquireAndClose("b", new ArrayList<>()));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            granted(scheduler.acquireWithin(outer, 128, LONG)).close();
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
                try (var inner = granted(scheduler.acquireWithin(outer, 128, LONG))) {
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
            assertThat(scheduler.acquireWithin(outer, 128, SHORT)).isInstanceOf(Admission.TimedOut.class);
            other.close();
            granted(scheduler.acquireWithin(outer, 128, SHORT)).close();
            assertThat(scheduler.acquireWithin(outer, 129, LONG)).isInstanceOf(Admission.QueueFull.class);
        }
        assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, 256));
    }

    @Test
    void aTenantAtItsConcurrency_waitsForItself_andNobodyElseWaits() throws InterruptedException {
        limits.put("flood", new Scheduler.Limits(1, 100, 256, 1 << 30));
        var first = granted(scheduler.acquire("flood", 16, SHORT));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var late = threads.submit(() -> scheduler.acquire("flood", 16, LONG));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            for (int i = 0; i < 10; i++) {
                granted(scheduler.acquire("quiet", 16, SHORT));
            }
            assertThat(scheduler.used("flood")).isEqualTo(new Scheduler.Limits(1, 1, 16, 0));
            assertThat(late.isDone()).isFalse();
            first.close();
            await().until(late::isDone);
        }
        assertThat(scheduler.acquire("flood", 16, SHORT)).isEqualTo(new Admission.AtLimit(Bound.RUNS));
        assertThat(scheduler.load().waitingRuns()).isZero();
    }

    @Test
    @Timeout(15) // less than LONG
    void aTenantAtItsMemory_waitsForItself_andNobodyElseWaits() throws InterruptedException {
        limits.put("flood", new Scheduler.Limits(100, 100, 40, 1 << 30));
        var first = granted(scheduler.acquire("flood", 32, SHORT));
        assertThat(scheduler.acquire("flood", 16, SHORT)).isEqualTo(new Admission.AtLimit(Bound.MEMORY));
        granted(scheduler.acquire("flood", 8, SHORT));
        granted(scheduler.acquire("quiet", 64, SHORT));
        first.close();
        granted(scheduler.acquire("flood", 32, SHORT));
        assertThat(scheduler.acquire("flood", 41, LONG))
                .as("it never could")
                .isEqualTo(new Admission.AtLimit(Bound.MEMORY));
    }

    @Test
    void aTenantsQueue_isAsLongAsItsLimit_whetherRunsWaitHereOrWereAccepted() throws InterruptedException {
        limits.put("flood", new Scheduler.Limits(1, 3, 256, 1 << 30));
        var room = granted(scheduler.acquire("flood", 16, SHORT));
        assertThat(scheduler.promise("flood", SMALL)).isEmpty();
        assertThat(scheduler.promise("flood", SMALL)).isEmpty();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waits = threads.submit(() -> scheduler.acquire("flood", 16, LONG));
            await().until(() -> scheduler.used("flood").waiting() == 3);
            assertThat(scheduler.promise("flood", SMALL)).contains(Bound.WAITING);
            assertThat(scheduler.acquire("flood", 16, LONG)).isEqualTo(new Admission.AtLimit(Bound.WAITING));
            assertThat(scheduler.promise("quiet", SMALL)).isEmpty();
            var accepted = threads.submit(() -> scheduler.acquire(new Wish("flood", "", 16, Standing.ACCEPTED), LONG));
            await().until(() -> scheduler.used("flood").waiting() == 4);
            room.close();
            await().until(waits::isDone);
            assertThat(waits.resultNow()).isInstanceOf(Admission.Granted.class);
            ((Admission.Granted) waits.resultNow()).lease().close();
            await().until(accepted::isDone);
        }
        scheduler.redeem("flood", SMALL);
        assertThat(scheduler.promise("flood", SMALL)).isEmpty();
    }

    /// Else who may call a public gate keeps out its owner.
    @Test
    void whatNobodyInParticularCauses_isAPartOfWhatMayWait() throws InterruptedException {
        limits.put("acme", new Scheduler.Limits(1, 8, 256, 80));
        var room = granted(scheduler.acquire("acme", 16, SHORT));
        assertThat(scheduler.promise("acme", new Parcel(21, true)))
                .as("of the bytes too")
                .contains(Bound.BYTES);
        assertThat(scheduler.promise("acme", new Parcel(10, true))).isEmpty();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waits = threads.submit(() -> scheduler.acquire(new Wish("acme", "", 16, Standing.NOBODY), LONG));
            await().until(() -> scheduler.used("acme").waiting() == 2);
            assertThat(scheduler.promise("acme", new Parcel(1, true))).contains(Bound.WAITING);
            assertThat(scheduler.acquire(new Wish("acme", "", 16, Standing.NOBODY), LONG))
                    .isEqualTo(new Admission.AtLimit(Bound.WAITING));
            assertThat(scheduler.promise("acme", new Parcel(70, false))).isEmpty();
            room.close();
            await().until(waits::isDone);
            ((Admission.Granted) waits.resultNow()).lease().close();
        }
        assertThat(scheduler.promise("acme", new Parcel(0, true))).isEmpty();
        scheduler.redeem("acme", new Parcel(10, true));
        assertThat(scheduler.promise("acme", new Parcel(11, true)))
                .as("kept until it has ended")
                .contains(Bound.BYTES);
        scheduler.release("acme", new Parcel(70, false));
        scheduler.release("acme", new Parcel(10, true));
        assertThat(scheduler.promise("acme", new Parcel(20, true))).isEmpty();
    }

    @Test
    void raisedLimits_areInForceAtOnce_forWhoWaits() throws InterruptedException {
        limits.put("acme", new Scheduler.Limits(1, 100, 256, 1 << 30));
        granted(scheduler.acquire("acme", 16, SHORT));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waits = threads.submit(() -> scheduler.acquire("acme", 16, LONG));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            limits.put("acme", new Scheduler.Limits(2, 100, 256, 1 << 30));
            scheduler.reconsider();
            await().until(waits::isDone);
            assertThat(waits.resultNow()).isInstanceOf(Admission.Granted.class);
        }
    }

    /// Else calls inside each other would wait for each other.
    @Test
    void aRunAndTheRunsItWaitsFor_countOnce() throws InterruptedException {
        limits.put("acme", new Scheduler.Limits(1, 1, 256, 1 << 30));
        var outer = granted(scheduler.acquire("acme", 16, SHORT));
        var inner = granted(scheduler.acquireWithin(outer, 16, SHORT));
        granted(scheduler.acquireWithin(inner, 16, SHORT)).close();
        assertThat(scheduler.used("acme")).isEqualTo(new Scheduler.Limits(1, 0, 32, 0));
    }

    @Test
    void aNestedWish_thatOnlyItsOwnTenantCouldMakeRoomFor_isRefusedAtOnce_ifNoneOfThoseMakesProgress()
            throws InterruptedException {
        limits.put("acme", new Scheduler.Limits(9, 9, 32, 1 << 30));
        granted(scheduler.acquire("busy", 16, SHORT));
        var one = granted(scheduler.acquire("acme", 16, SHORT));
        var two = granted(scheduler.acquire("acme", 16, SHORT));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waits = threads.submit(() -> scheduler.acquireWithin(one, 16, LONG));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            assertThat(waits.isDone()).as("the other run makes progress").isFalse();
            var stuck = threads.submit(() -> scheduler.acquireWithin(two, 16, LONG));
            await().until(() -> waits.isDone() || stuck.isDone());
            boolean isFirst = waits.isDone();
            assertThat((isFirst ? waits : stuck).resultNow()).isEqualTo(new Admission.AtLimit(Bound.MEMORY));
            (isFirst ? one : two).close();
            await().until(() -> waits.isDone() && stuck.isDone());
            assertThat((isFirst ? stuck : waits).resultNow()).isInstanceOf(Admission.Granted.class);
        }
    }

    @Test
    void aWishForNoMemory_waitsForItsTenantsLimit_andForNobodysMemory() throws Exception {
        limits.put("a", new Scheduler.Limits(1, 9, 1 << 20, 1 << 30));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var held = granted(scheduler.acquire("b", 200, SHORT));
            var memory = threads.submit(() -> scheduler.acquire("c", 100, LONG));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            var first = granted(scheduler.acquire("a", 0, SHORT));
            var ownMemory = threads.submit(() -> scheduler.acquire("a", 100, LONG));
            await().until(() -> scheduler.load().waitingRuns() == 2);
            var second = threads.submit(() -> scheduler.acquire("a", 0, LONG));
            await().until(() -> scheduler.load().waitingRuns() == 3);
            first.close();
            await().atMost(Duration.ofSeconds(5)).until(second::isDone);
            held.close();
            granted(memory.get()).close();
            granted(second.get()).close();
            granted(ownMemory.get()).close();
        }
        assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, 256));
    }

    @Test
    void wishesWithAndWithoutMemory_areServedAsTheyCame_whereBothFit() throws Exception {
        limits.put("a", new Scheduler.Limits(1, 9, 256, 1 << 30));
        var order = Collections.synchronizedList(new ArrayList<Integer>());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var held = granted(scheduler.acquire("a", 0, SHORT));
            for (int i = 0; i < 6; i++) {
                int wish = i;
                threads.execute(() -> {
                    try (var _ = granted(scheduler.acquire("a", 16 * (wish % 2), LONG))) {
                        order.add(wish);
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                });
                await().until(() -> scheduler.load().waitingRuns() == wish + 1);
            }
            held.close();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5);
    }

    /// Else a run that could take a share of another's guest keeps up those that its end could not help.
    @Test
    void aRunThatIsPaused_makesNoProgress_untilItGoesOn() throws Exception {
        var outer = granted(scheduler.acquire("a", 256, SHORT));
        var shares = granted(scheduler.acquire("b", 0, SHORT));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waits = threads.submit(() -> scheduler.acquireWithin(outer, 128, LONG));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            assertThat(waits.isDone()).as("one makes progress").isFalse();
            Runnable goesOn = shares.pause();
            await().atMost(Duration.ofSeconds(5)).until(waits::isDone);
            assertThat(waits.get()).isInstanceOf(Admission.QueueFull.class);
            goesOn.run();
            goesOn.run();
            var waitsAgain = threads.submit(() -> scheduler.acquireWithin(outer, 128, LONG));
            await().until(() -> scheduler.load().waitingRuns() == 1);
            assertThat(waitsAgain.isDone()).as("once on, once counted").isFalse();
            shares.close();
            assertThat(waitsAgain.get()).isInstanceOf(Admission.QueueFull.class);
        }
        outer.close();
        assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, 256));
    }

    @Test
    void tenThousandTenantsAtTheirLimits_keepNobodyElseWaiting_andLeaveNothingBehind() throws InterruptedException {
        var wide = scheduler(1 << 20);
        for (int i = 0; i < 10_000; i++) {
            limits.put("tenant" + i, new Scheduler.Limits(1, 9, 1 << 20, 1 << 30));
        }
        var leases = new ArrayList<Scheduler.Lease>();
        for (int i = 0; i < 10_000; i++) {
            leases.add(granted(wide.acquire("tenant" + i, 1, SHORT)));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 10_000; i++) {
                String tenant = "tenant" + i;
                threads.execute(() -> {
                    try (var lease = granted(wide.acquire(tenant, 1, Duration.ofMinutes(1)))) {
                        assertThat(lease.memoryMib()).isEqualTo(1);
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            await().until(() -> wide.load().waitingRuns() == 10_000);
            granted(wide.acquire("quiet", 1, SHORT)).close();
            leases.forEach(Scheduler.Lease::close);
        }
        assertThat(wide.load()).isEqualTo(new Scheduler.Load(0, 0, 1 << 20));
    }
}
