package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Reuse;
import dev.sluice.gate.Gate;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// For how long guests are kept, by how long they waited before.
final class IdleTimesTest {
    private static final Label LABEL = Label.parse("acme,T");

    private final IdleTimes times = new IdleTimes();
    private long nanos;

    @Test
    void withoutEnoughToGoBy_itIsTheUsualTime() {
        assertThat(keptAfter(IdleTimes.TIMES_MIN - 1, Duration.ofMinutes(2))).isEqualTo(IdleTimes.USUAL);
        assertThat(keptAfter(1, Duration.ofMinutes(2))).isNotEqualTo(IdleTimes.USUAL);
    }

    @Test
    void oneThatRunsOften_isKeptForAsLongAsItMayTake_andATenthMore() {
        assertThat(keptAfter(50, Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(66));
    }

    @Test
    void aTimersIsKept_untilItsNextRun_alsoBeyondTheUsualTime() {
        assertThat(keptAfter(20, Duration.ofMinutes(25)))
                .isGreaterThan(Duration.ofMinutes(25))
                .isLessThan(Duration.ofMinutes(30));
        keptAfter(0, Duration.ZERO);
        assertThat(new IdleTimes().idle(key("acme", 1), LABEL, nanos)).isEqualTo(IdleTimes.USUAL);
    }

    @Test
    void oneThatHardlyEverRuns_isKeptForTheUsualTime() {
        assertThat(keptAfter(20, Duration.ofHours(5))).isEqualTo(IdleTimes.USUAL);
    }

    @Test
    void noneIsKeptForLongerThanTheMost() {
        assertThat(keptAfter(20, Duration.ofMinutes(59))).isEqualTo(IdleTimes.MOST);
    }

    /// What was long ago counts less and less.
    @Test
    void whatChanges_isSeen() {
        keptAfter(900, Duration.ofMinutes(30));
        assertThat(keptAfter(20_000, Duration.ofMinutes(1))).isLessThan(Duration.ofMinutes(5));
    }

    @Test
    void runsThatComeWhileNoneIsIdle_sayNothing() {
        times.idle(key("acme", 1), LABEL, nanos);
        for (int i = 0; i < 100; i++) {
            nanos += Duration.ofMinutes(2).toNanos();
            times.wanted(key("acme", 1), LABEL, nanos);
        }
        assertThat(times.idle(key("acme", 1), LABEL, nanos)).isEqualTo(IdleTimes.USUAL);
    }

    @Test
    void theyAreBounded_andNoneGivesWayToAnotherTenants_butForItsAge() {
        assertThat(keptAfter(20, Duration.ofMinutes(2))).isLessThan(Duration.ofMinutes(4));
        for (int i = 0; i < 2 * IdleTimes.HISTOGRAMS_MAX; i++) {
            times.idle(key("blue", i), LABEL, nanos);
        }
        assertThat(times.count()).isEqualTo(IdleTimes.HISTOGRAMS_MAX);
        assertThat(keptAfter(1, Duration.ofMinutes(2))).isLessThan(Duration.ofMinutes(4));
        nanos += IdleTimes.MOST.toNanos() + 1;
        keptAfter(1, Duration.ZERO);
        assertThat(times.idle(key("blue", 3 * IdleTimes.HISTOGRAMS_MAX), LABEL, nanos))
                .isEqualTo(IdleTimes.USUAL);
        assertThat(times.count()).isEqualTo(IdleTimes.HISTOGRAMS_MAX);
    }

    @Test
    void ofATenantThatHasEnded_nothingIsKnown() {
        assertThat(keptAfter(20, Duration.ofMinutes(2))).isNotEqualTo(IdleTimes.USUAL);
        times.forget("acme");
        assertThat(times.count()).isZero();
        assertThat(keptAfter(0, Duration.ZERO)).isEqualTo(IdleTimes.USUAL);
    }

    /// So many runs, each so long after the one before.
    private Duration keptAfter(int runs, Duration gap) {
        Duration kept = times.idle(key("acme", 1), LABEL, nanos);
        for (int i = 0; i < runs; i++) {
            nanos += gap.toNanos();
            times.wanted(key("acme", 1), LABEL, nanos);
            kept = times.idle(key("acme", 1), LABEL, nanos);
        }
        return kept;
    }

    private static InstanceKey key(String tenant, int function) {
        byte[] id = ByteBuffer.allocate(ObjectId.LENGTH_BYTES).putInt(function).array();
        var authority = new Gate.Authority(Component.TRUE, Component.TRUE);
        return new InstanceKey(tenant, new ObjectId(Bytes.takeOver(id)), 1, authority, List.of(), Reuse.LABEL_FLOW);
    }
}
