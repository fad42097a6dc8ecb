package dev.sluice.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.store.MemoryStore;
import dev.sluice.testing.HookedStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class EventLogTest {
    private final MemoryStore store = new MemoryStore();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T10:00:00Z"));
    private final InstantSource clock = now::get;
    private final EventLog log = new EventLog(store, clock);

    @Test
    void events_areReadAsTheyWereWritten_inTheirOrder_andOnlyTheirOrganizations() {
        Event one = SampleEvents.of("a", "s", "1", "k");
        long first = append(log, one);
        long second = append(log, SampleEvents.of("b"));
        assertThat(second).isGreaterThan(first);
        assertThat(EventLog.millisAt(first)).isEqualTo(clock.millis());
        assertThat(log.after("acme", 0))
                .containsExactly(new EventLog.Entry(first, one), new EventLog.Entry(second, SampleEvents.of("b")));
        assertThat(log.after("acme", first)).extracting(EventLog.Entry::place).containsExactly(second);
        assertThat(log.find("acme", first)).contains(one);
        assertThat(log.after("acm", 0)).isEmpty();
        assertThat(log.after("acme2", 0)).isEmpty();
    }

    @Test
    void places_grow_whereTheClockWasSetBack_alsoAfterARestart_andWhenAllIsGone() {
        long first = append(log, SampleEvents.of("a"));
        now.set(now.get().minus(Duration.ofDays(30)));
        assertThat(append(log, SampleEvents.of("b"))).isEqualTo(first + 1);
        assertThat(append(new EventLog(store, clock), SampleEvents.of("c"))).isEqualTo(first + 2);
        EventLog again = new EventLog(store, clock);
        assertThat(again.trim("acme", Long.MAX_VALUE)).isTrue();
        assertThat(again.trim("acme", Long.MAX_VALUE)).isFalse();
        assertThat(again.after("acme", 0)).hasSize(1);
        assertThat(append(again, SampleEvents.of("d"))).isEqualTo(first + 3);
    }

    /// Who reads past one that is still being written would never see it.
    @Test
    void anEvent_isNotRead_beforeAllThatCameEarlierAre() {
        var hooked = new HookedStore(store);
        EventLog slow = new EventLog(hooked, clock);
        append(slow, SampleEvents.of("before"));
        var seen = new AtomicReference<List<EventLog.Entry>>(List.of());
        hooked.arm(1, () -> {
            append(slow, SampleEvents.of("faster"));
            seen.set(slow.after("acme", 0));
        });
        append(slow, SampleEvents.of("slower"));
        assertThat(seen.get()).extracting(entry -> entry.event().type()).containsExactly("before");
        assertThat(slow.after("acme", 0))
                .extracting(entry -> entry.event().type())
                .containsExactly("before", "slower", "faster");
    }

    @Test
    void aFullLog_takesNothing_untilItIsTrimmed() {
        EventLog small = new EventLog(store, clock, 3);
        for (int i = 0; i < 3; i++) {
            append(small, SampleEvents.of("t" + i));
        }
        assertThat(small.append("acme", List.of(SampleEvents.of("more")))).isEmpty();
        assertThat(small.append("blue", List.of(SampleEvents.of("other")))).isPresent();
        assertThat(small.trim("acme", 0)).isFalse();
        long second = small.after("acme", 0).get(1).place();
        assertThat(small.trim("acme", second)).isTrue();
        assertThat(small.after("acme", 0)).hasSize(1);
        append(small, SampleEvents.of("x"));
        append(small, SampleEvents.of("y"));
        assertThat(small.append("acme", List.of(SampleEvents.of("z")))).isEmpty();
    }

    @Test
    void eventsTakenInTogether_areKeptInTheirOrder_orNoneIs() {
        EventLog small = new EventLog(store, clock, 3);
        append(small, SampleEvents.of("first"));
        List<Event> three = List.of(SampleEvents.of("a"), SampleEvents.of("b"), SampleEvents.of("c"));
        assertThat(small.append("acme", three)).isEmpty();
        assertThat(small.after("acme", 0)).hasSize(1);
        assertThat(small.append("acme", three.subList(0, 2))).isPresent();
        assertThat(small.after("acme", 0))
                .extracting(entry -> entry.event().type())
                .containsExactly("first", "a", "b");
        assertThat(small.append("acme", three.subList(2, 3))).isEmpty();
    }

    @Test
    void whatIsTooOld_goes_whoeverWaitsForIt() {
        append(log, SampleEvents.of("old"));
        now.set(now.get().plus(EventLog.KEPT).plusSeconds(1));
        append(log, SampleEvents.of("new"));
        assertThat(log.trim("acme", 0)).isTrue();
        assertThat(log.after("acme", 0))
                .extracting(entry -> entry.event().type())
                .containsExactly("new");
    }

    private static long append(EventLog log, Event event) {
        return log.append("acme", List.of(event)).orElseThrow();
    }
}
