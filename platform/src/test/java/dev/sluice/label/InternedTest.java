package dev.sluice.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// One object for each meaning while it is held, nothing afterwards; and the flow cache mixes no labels up.
final class InternedTest {
    @Test
    void whatNobodyHolds_isDropped() {
        Interned<String, Object> interned = new Interned<>();
        Object held = interned.get("held", Object::new);
        for (int i = 0; i < 10_000; i++) {
            interned.get("flood" + i, Object::new);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            interned.get("held", Object::new);
            return interned.size() < 10;
        });
        assertThat(interned.get("held", Object::new)).isSameAs(held);
    }

    @Test
    void threadsThatMakeTheSameLabels_getTheSameObjects() throws Exception {
        int threads = 8;
        List<Callable<List<Label>>> makers = Collections.nCopies(threads, () -> {
            List<Label> made = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                made.add(Label.parse("race" + i + "|a&b,race" + i));
            }
            return made;
        });
        Set<Label> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<Label>> made : executor.invokeAll(makers)) {
                distinct.addAll(made.get());
            }
        }
        assertThat(distinct).hasSize(2_000);
    }

    @Test
    void labelsManyMoreThanTheFlowCacheHasSlots_areNeverMixedUp() {
        List<Label> labels = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            labels.add(Label.parse("p" + i % 20 + "|q" + i % 3 + ",p" + i % 7 + "|r" + i));
        }
        for (int round = 0; round < 3; round++) {
            for (Label from : labels) {
                for (Label to : labels) {
                    assertThat(from.canFlowTo(to)).isEqualTo(from.compareFlow(to));
                }
            }
        }
    }
}
