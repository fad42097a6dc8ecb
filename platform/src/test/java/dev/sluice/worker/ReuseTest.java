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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// No run finds an instance that the lattice, the operator or the function's author keeps from it, in whatever order
/// runs of whatever labels come. What each instance has known is kept here once more, as the labels themselves.
final class ReuseTest {
    private static final int SEEDS = 20;
    private static final int RUNS = 2_000;
    private static final List<String> PARTS =
            List.of("T", "acme", "acme/user/alice", "acme/user/bob", "acme/user/alice&acme/user/bob", "acme|blue");

    private final SocketChannel nowhere;

    ReuseTest() throws IOException {
        nowhere = SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @AfterEach
    void stop() throws IOException {
        nowhere.close();
    }

    @ParameterizedTest
    @CsvSource({
        "NEVER, LABEL_FLOW, NEVER",
        "SAME_LABEL, LABEL_FLOW, SAME_LABEL",
        "LABEL_FLOW, LABEL_FLOW, LABEL_FLOW",
        "LABEL_FLOW, SAME_LABEL, SAME_LABEL",
        "SAME_LABEL, NEVER, NEVER",
        "LABEL_FLOW, NEVER, NEVER",
        "NEVER, SAME_LABEL, NEVER"
    })
    void runsOfRandomLabels_findWhatTheyMay_andTheStricterRuleCounts(Reuse operator, Reuse author, Reuse strictest) {
        int reused = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            reused += story(new Random(seed), operator, author, strictest);
        }
        assertThat(reused > 0).as("there was reuse at all").isEqualTo(strictest != Reuse.NEVER);
    }

    /// @return how many found one
    private int story(Random random, Reuse operator, Reuse author, Reuse strictest) {
        var pool = new InstancePool(operator, System::nanoTime);
        Map<Instance, Set<Label>> known = new HashMap<>();
        Map<Instance, InstanceKey> owner = new HashMap<>();
        int reused = 0;
        for (int i = 0; i < RUNS; i++) {
            InstanceKey key = key(random, author);
            Label start = label(random);
            Optional<Instance> idle = pool.take(key, start);
            idle.ifPresent(one -> assertAllowed(known.getOrDefault(one, Set.of()), start, strictest));
            idle.ifPresent(one -> assertThat(owner.get(one)).isEqualTo(key));
            reused += idle.isPresent() ? 1 : 0;
            Instance instance = idle.orElseGet(() -> new Instance(new NoGuest(nowhere), new GuestLink(nowhere), 1));
            Label end = random.nextInt(4) == 0 ? start.join(label(random)) : start; // what it read meanwhile
            instance.saw(end);
            known.computeIfAbsent(instance, _ -> new HashSet<>()).addAll(List.of(start, end));
            owner.put(instance, key);
            List<Instance> leaving = pool.put(key, instance);
            assertThat(leaving.contains(instance)).isEqualTo(strictest == Reuse.NEVER);
        }
        return reused;
    }

    private static void assertAllowed(Set<Label> known, Label start, Reuse strictest) {
        assertThat(strictest).isNotEqualTo(Reuse.NEVER);
        assertThat(known).isNotEmpty().allMatch(seen -> seen.canFlowTo(start));
        if (strictest == Reuse.SAME_LABEL) {
            assertThat(known.stream().reduce(Label.BOTTOM, Label::join)).isEqualTo(start);
        }
    }

    private static InstanceKey key(Random random, Reuse author) {
        byte[] id = new byte[ObjectId.LENGTH_BYTES];
        id[0] = (byte) random.nextInt(2);
        var authority = new Gate.Authority(Component.parse(random.nextBoolean() ? "T" : "acme"), Component.TRUE);
        String tenant = random.nextBoolean() ? "acme" : "blue";
        return new InstanceKey(tenant, new ObjectId(Bytes.takeOver(id)), 1, authority, List.of(), author);
    }

    private static Label label(Random random) {
        return Label.of(
                Component.parse(PARTS.get(random.nextInt(PARTS.size()))),
                Component.parse(PARTS.get(random.nextInt(PARTS.size()))));
    }
}
