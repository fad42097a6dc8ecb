package dev.sluice.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schedule.Scheduler.Admission;
import dev.sluice.schedule.Scheduler.Lease;
import dev.sluice.schedule.Scheduler.Limits;
import dev.sluice.schedule.Scheduler.Standing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

/// Who gets how much of a machine that all want more of. On a clock that the test moves.
@SuppressWarnings("try") // leases are given back in the middle, which is what is tested
final class FairShareTest {
    private static final int MIB = 4096;

    private final Map<String, Limits> limits = new HashMap<>();
    private final Map<String, Long> had = new HashMap<>();
    private final PriorityQueue<Running> running =
            new PriorityQueue<>((one, other) -> Long.compare(one.endMillis(), other.endMillis()));
    private final Map<Wanting, ArrayDeque<Pending>> asked = new HashMap<>();
    private long millis;
    private final Scheduler scheduler = new Scheduler(
            MIB,
            tenant -> limits.getOrDefault(tenant, new Limits(1_000, 1_000, MIB, 1)),
            () -> Duration.ofMillis(millis).toNanos());

    /// Always has `backlog` wishes waiting.
    private record Wanting(String tenant, String function, int mib, long lastsMillis) {}

    private record Running(Lease lease, long endMillis) {}

    @Test
    void whoHasThreeTimesTheWeight_getsThreeTimesTheMemory() {
        limits.put("heavy", new Limits(1_000, 1_000, MIB, 1, 300));
        contend(List.of(new Wanting("heavy", "f", 64, 200), new Wanting("light", "f", 64, 200)));
        assertThat(share("heavy", "f") / share("light", "f")).isCloseTo(3, within(0.3));
    }

    /// Else whoever's runs last longest has the machine.
    @Test
    void whatCountsIsMemoryForItsTime_notHowManyRuns() {
        contend(List.of(
                new Wanting("long", "f", 64, 5_000),
                new Wanting("short", "f", 64, 100),
                new Wanting("large", "f", 128, 500)));
        for (String tenant : List.of("short", "long", "large")) {
            assertThat(share(tenant, "f")).as(tenant).isCloseTo(1.0 / 3, within(0.06));
        }
    }

    @Test
    void whatATenantGets_isSharedByItsFunctions_howeverManyRunsOneWants() {
        contend(List.of(
                new Wanting("a", "busy", 64, 2_000),
                new Wanting("a", "quiet", 64, 100),
                new Wanting("b", "f", 64, 300)));
        assertThat(share("b", "f")).isCloseTo(0.5, within(0.06));
        assertThat(share("a", "busy")).isCloseTo(0.25, within(0.06));
        assertThat(share("a", "quiet")).isCloseTo(0.25, within(0.06));
    }

    @Test
    void whoHasWantedNothing_hasSavedNothingUp_andWhoWasAloneOwesNothing() {
        run(List.of(new Wanting("alone", "f", 64, 1_000)), 60_000);
        had.clear();
        contend(List.of(new Wanting("alone", "f", 64, 1_000), new Wanting("new", "f", 64, 1_000)));
        assertThat(share("alone", "f")).isCloseTo(0.5, within(0.06));
    }

    @Test
    void aFunctionThatWaitsForMemory_stopsNoOther_ofItsTenantOrOfAnother() {
        Lease held = granted(scheduler.ask(wish("x", "f", 2048)));
        Pending big = scheduler.ask(wish("a", "big", 3_600));
        Lease own = granted(scheduler.ask(wish("a", "small", 64)));
        Lease others = granted(scheduler.ask(wish("b", "small", 64)));
        assertThat(big.take()).isEmpty();
        List.of(held, own, others).forEach(Lease::close);
        granted(big).close();
        assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, MIB));
    }

    /// Else it starves while there are always smaller ones.
    @Test
    void aBigWish_isOvertakenByAsMuchAsTheMachineHas_andThenByNobody() {
        Lease held = granted(scheduler.ask(wish("x", "f", 2048)));
        Pending big = scheduler.ask(wish("big", "f", 3_600));
        for (int i = 0; i < MIB / 512; i++) { // each given back at once: it is not for its share that the next waits
            granted(scheduler.ask(wish("small", "f", 512))).close();
        }
        Pending late = scheduler.ask(wish("small", "f", 512));
        assertThat(late.take()).isEmpty();
        held.close();
        Lease urgent = granted(big);
        assertThat(late.take()).isEmpty();
        urgent.close();
        granted(late).close();
        assertThat(scheduler.load()).isEqualTo(new Scheduler.Load(0, 0, MIB));
    }

    private void contend(List<Wanting> all) {
        run(all, 300_000);
        scheduler.reconsider();
    }

    private void run(List<Wanting> all, long forMillis) {
        long end = millis + forMillis;
        while (millis < end) {
            for (Wanting one : all) {
                ArrayDeque<Pending> waiting = asked.computeIfAbsent(one, _ -> new ArrayDeque<>());
                while (waiting.size() < 20) {
                    waiting.add(scheduler.ask(wish(one.tenant(), one.function(), one.mib())));
                }
                begin(one, waiting);
            }
            Running next = running.remove();
            millis = next.endMillis();
            next.lease().close();
        }
        asked.values().forEach(waiting -> waiting.forEach(Pending::giveUp));
        asked.clear();
        running.forEach(one -> one.lease().close());
        running.clear();
    }

    private void begin(Wanting one, ArrayDeque<Pending> waiting) {
        for (Pending pending : List.copyOf(waiting)) {
            pending.take().ifPresent(admission -> {
                waiting.remove(pending);
                running.add(new Running(((Admission.Granted) admission).lease(), millis + one.lastsMillis()));
                had.merge(one.tenant() + " " + one.function(), one.mib() * one.lastsMillis(), Long::sum);
            });
        }
    }

    private double share(String tenant, String function) {
        double all =
                new ArrayList<>(had.values()).stream().mapToLong(each -> each).sum();
        return had.getOrDefault(tenant + " " + function, 0L) / all;
    }

    private static Wish wish(String tenant, String function, int mib) {
        return new Wish(tenant, function, mib, Standing.KNOWN);
    }

    private static Lease granted(Pending pending) {
        Admission admission = pending.take().orElseThrow();
        assertThat(admission).isInstanceOf(Admission.Granted.class);
        return ((Admission.Granted) admission).lease();
    }
}
