package dev.sluice.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.source.CronTicks.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The clock is what a test says it is.
final class CronTicksTest {
    private static final Instant NOON = Instant.parse("2026-05-05T12:00:00Z");

    private static CronTicks ticks(String missed, int jitterSeconds) {
        var settings = new Settings(
                Map.of("schedule", "*/10 * * * *", "missed", missed, "jitterSeconds", Integer.toString(jitterSeconds)));
        return CronTicks.of(settings, "driver");
    }

    private static Instant at(String minutesAndSeconds) {
        return Instant.parse("2026-05-05T12:" + minutesAndSeconds + "Z");
    }

    @Test
    void aTick_comesWhenItIsTime_onceAndNotBefore() {
        CronTicks ticks = ticks("skip", 0);
        Due early = ticks.due(NOON, at("09:59"));
        assertThat(early.ticks()).isEmpty();
        assertThat(early.next()).contains(at("10:00"));
        Due due = ticks.due(early.passed(), at("10:00"));
        assertThat(due.ticks()).containsExactly(at("10:00"));
        assertThat(due.next()).contains(at("20:00"));
        assertThat(ticks.due(due.passed(), at("10:00")).ticks()).isEmpty();
        assertThat(ticks.due(due.passed(), at("10:01")).ticks()).isEmpty();
    }

    @Test
    void aTickThatIsALittleLate_isNotMissed() {
        assertThat(ticks("skip", 0).due(NOON, at("11:00")).ticks()).containsExactly(at("10:00"));
        assertThat(ticks("skip", 0).due(NOON, at("11:01")).ticks()).isEmpty();
    }

    @Test
    void ofMissedTicks_noneTheLastOrAll_areMadeUp() {
        assertThat(ticks("skip", 0).due(NOON, at("45:00")).ticks()).isEmpty();
        assertThat(ticks("once", 0).due(NOON, at("45:00")).ticks()).containsExactly(at("40:00"));
        assertThat(ticks("all", 0).due(NOON, at("45:00")).ticks())
                .containsExactly(at("10:00"), at("20:00"), at("30:00"), at("40:00"));
        for (String missed : new String[] {"skip", "once", "all"}) {
            Due due = ticks(missed, 0).due(NOON, at("45:00"));
            assertThat(due.passed()).isEqualTo(at("40:00"));
            assertThat(due.next()).contains(at("50:00"));
            assertThat(ticks(missed, 0).due(due.passed(), at("45:00")).ticks()).isEmpty();
        }
    }

    @Test
    void manyMissedTicks_areBounded_andOldOnesAreGone() {
        Due due = ticks("all", 0).due(NOON.minus(Duration.ofDays(1)), NOON);
        assertThat(due.ticks()).hasSize(CronTicks.MISSED_MAX + 1).endsWith(NOON);
        Due old = ticks("all", 0).due(Instant.EPOCH, NOON);
        assertThat(old.ticks()).hasSize(CronTicks.MISSED_MAX + 1).endsWith(NOON);
        var rare = CronTicks.of(new Settings(Map.of("schedule", "0 0 1 * *", "missed", "once")), "driver");
        assertThat(rare.due(Instant.EPOCH, Instant.parse("2026-05-07T00:00:00Z"))
                        .ticks())
                .containsExactly(Instant.parse("2026-05-01T00:00:00Z"));
        assertThat(rare.due(Instant.EPOCH, Instant.parse("2026-05-09T00:00:00Z"))
                        .ticks())
                .isEmpty();
    }

    @Test
    void jitter_waitsTheSameEachTime_belowItsBound_andTellsTheTimeOfTheSchedule() {
        CronTicks ticks = ticks("skip", 300);
        Instant comes = ticks.due(NOON, NOON).next().orElseThrow();
        assertThat(comes).isBetween(at("10:00"), at("15:00"));
        assertThat(ticks("skip", 300).due(NOON, NOON).next()).contains(comes);
        assertThat(ticks.due(NOON, comes.minusMillis(1)).ticks()).isEmpty();
        assertThat(ticks.due(NOON, comes).ticks()).containsExactly(at("10:00"));
        assertThat(ticks.due(NOON, comes).passed()).isEqualTo(at("10:00"));
        var other = new CronTicks(ticks.schedule(), "skip", 300, "another", ticks.says());
        assertThat(other.due(NOON, NOON).next())
                .isNotEqualTo(ticks.due(NOON, NOON).next());
    }

    /// A clock that was set back makes nothing come again.
    @Test
    void aClockThatIsSetBack_waits() {
        Due due = ticks("all", 0).due(at("30:00"), at("05:00"));
        assertThat(due.ticks()).isEmpty();
        assertThat(due.passed()).isEqualTo(at("30:00"));
        assertThat(due.next()).contains(at("40:00"));
    }
}
