package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.GuestLink;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Reuse;
import dev.sluice.gate.Gate;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which idle guest serves which run, and how many are kept. Without guests.
final class InstancePoolTest {
    private static final Label LOW = Label.parse("acme,T");
    private static final Label HIGH = Label.parse("acme&alice,T");
    private static final int MIB = 128;

    private long nanos;
    private final InstancePool pool = new InstancePool(Reuse.SAME_LABEL, () -> nanos);
    private final SocketChannel nowhere;

    InstancePoolTest() throws IOException {
        nowhere = SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @AfterEach
    void stop() throws IOException {
        nowhere.close();
    }

    @Test
    void anInstance_servesRunsOfTheLabelThatItHasSeen_andNoOther() {
        Instance instance = idle(key("acme", 1, 1, "T", "T"), HIGH);
        assertThat(pool.take(key("acme", 1, 1, "T", "T"), LOW)).isEmpty();
        assertThat(pool.take(key("acme", 1, 1, "T", "T"), Label.parse("acme&alice&bob,T")))
                .isEmpty();
        assertThat(pool.take(key("acme", 1, 1, "T", "T"), HIGH)).containsSame(instance);
        assertThat(pool.take(key("acme", 1, 1, "T", "T"), HIGH)).isEmpty();
        assertThat(pool.idleMib()).isZero();
    }

    @Test
    void whatAnInstanceHasSeen_isNeverLowered() {
        Instance instance = instance();
        instance.saw(HIGH);
        instance.saw(LOW);
        assertThat(instance.mayServe(HIGH, Reuse.LABEL_FLOW)).isTrue();
        assertThat(instance.mayServe(LOW, Reuse.LABEL_FLOW)).isFalse();
    }

    @Test
    void anInstance_servesOneTenantFunctionVersionAndAuthority() {
        InstanceKey key = key("acme", 1, 1, "alice", "bob");
        Instance instance = idle(key, LOW);
        for (InstanceKey other : List.of(
                key("blue", 1, 1, "alice", "bob"),
                key("acme", 2, 1, "alice", "bob"),
                key("acme", 1, 2, "alice", "bob"),
                key("acme", 1, 1, "T", "bob"),
                key("acme", 1, 1, "alice", "T"))) {
            assertThat(pool.take(other, LOW)).isEmpty();
        }
        assertThat(pool.take(key, LOW)).containsSame(instance);
    }

    @Test
    void ofOneFunction_soManyAreKept_andTheOldestGoes() {
        InstanceKey key = key("acme", 1, 1, "T", "T");
        Instance oldest = idle(key, LOW);
        for (int i = 1; i < InstancePool.IDLE_OF_ONE_KEY_MAX; i++) {
            idle(key, LOW);
        }
        Instance last = instance();
        last.saw(LOW);
        assertThat(pool.put(key, last)).containsExactly(oldest);
        assertThat(pool.idleMib()).isEqualTo(InstancePool.IDLE_OF_ONE_KEY_MAX * MIB);
        assertThat(pool.take(key, LOW)).containsSame(last);
    }

    @Test
    void theLongestIdle_goFirst_andAreNotFoundAfterwards() {
        InstanceKey key = key("acme", 1, 1, "T", "T");
        Instance first = idle(key, LOW);
        Instance second = idle(key("blue", 2, 1, "T", "T"), LOW);
        Instance third = idle(key, LOW);
        assertThat(pool.shrinkTo(2 * MIB)).containsExactly(first);
        nanos = IdleTimes.USUAL.toNanos();
        assertThat(pool.idleTooLong()).isEmpty();
        nanos++;
        assertThat(pool.idleTooLong()).containsExactly(second, third);
        assertThat(pool.take(key, LOW)).isEmpty();
        assertThat(pool.idleMib()).isZero();
    }

    /// What is dear, or of much use, is kept longer, and not for ever.
    @Test
    void whatIsWorthLeast_goesFirst_andWhatIsOfNoUseAnyMore_goesToo() {
        InstanceKey key = key("acme", 1, 1, "T", "T");
        Instance dear = instance();
        dear.saw(LOW);
        dear.worth().preparedIn(1_000);
        pool.put(key, dear);
        InstanceKey cheapKey = key("blue", 2, 1, "T", "T");
        Instance used = idle(cheapKey, LOW);
        for (int i = 0; i < 3; i++) {
            assertThat(pool.take(cheapKey, LOW)).containsSame(used);
            pool.put(cheapKey, used);
        }
        Instance once = idle(cheapKey, HIGH);
        assertThat(pool.shrinkTo(2 * MIB)).containsExactly(once);
        assertThat(pool.shrinkTo(MIB)).containsExactly(used);
        int rounds = 0;
        while (pool.idleMib() > 0 && pool.take(key, HIGH).isEmpty() && rounds < 10_000) {
            idle(cheapKey, LOW);
            if (pool.shrinkTo(MIB).contains(dear)) {
                break;
            }
            rounds++;
        }
        assertThat(pool.take(key, LOW)).as("it was of no use for long").isEmpty();
    }

    /// Neither by runs that know more, nor by those that know less.
    @Test
    void howLongAnInstanceIsKept_isNotChangedByRunsAtOtherLabels() {
        InstanceKey key = key("acme", 1, 1, "T", "T");
        for (Label other : List.of(HIGH, Label.parse("T,T"))) {
            for (int i = 0; i < 2 * IdleTimes.TIMES_MIN; i++) {
                idle(key, other);
                nanos += Duration.ofMinutes(2).toNanos();
                assertThat(pool.take(key, other)).isPresent();
            }
        }
        Instance low = idle(key, LOW);
        Instance high = idle(key, HIGH);
        nanos += Duration.ofMinutes(5).toNanos();
        assertThat(pool.idleTooLong()).containsExactly(high);
        nanos += Duration.ofMinutes(5).toNanos() + 1;
        assertThat(pool.idleTooLong()).containsExactly(low);
    }

    @Test
    void whatBelongsToAnOrganizationThatHasEnded_leaves_andIsNotKeptAgain() {
        InstanceKey key = key("acme", 1, 1, "T", "T");
        Instance busy = instance();
        busy.belongsTo(Set.of("acme", "blue"));
        Instance idle = instance();
        idle.belongsTo(Set.of("acme", "blue"));
        Instance others = instance();
        others.belongsTo(Set.of("blue"));
        assertThat(pool.put(key, idle)).isEmpty();
        assertThat(pool.put(key("blue", 2, 1, "T", "T"), others)).isEmpty();
        assertThat(pool.endAllOf("acme")).containsExactly(idle);
        assertThat(pool.put(key, busy)).containsExactly(busy);
        assertThat(pool.idleMib()).isEqualTo(MIB);
    }

    private Instance idle(InstanceKey key, Label seen) {
        Instance instance = instance();
        instance.saw(seen);
        assertThat(pool.put(key, instance)).isEmpty();
        return instance;
    }

    private Instance instance() {
        return new Instance(new NoGuest(nowhere), new GuestLink(nowhere), MIB);
    }

    private static InstanceKey key(String tenant, int gate, long version, String privilege, String declassify) {
        byte[] id = new byte[ObjectId.LENGTH_BYTES];
        id[0] = (byte) gate;
        var authority = new Gate.Authority(Component.parse(privilege), Component.parse(declassify));
        return new InstanceKey(
                tenant, new ObjectId(Bytes.takeOver(id)), version, authority, List.of(), Reuse.LABEL_FLOW);
    }
}
