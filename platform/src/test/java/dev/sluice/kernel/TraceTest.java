package dev.sluice.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.kernel.Trace.Act;
import dev.sluice.kernel.Trace.Check;
import dev.sluice.kernel.Trace.Denial;
import dev.sluice.kernel.Trace.Step;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.testing.Tasks;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class TraceTest {
    private static final Component ALICE = Component.parse("alice");
    private static final Label ALICES = Label.parse("alice,T");
    private static final Label BOBS = Label.parse("bob,T");

    @Test
    void aTaskThatDidNothing_hasNothingToExplain() {
        Trace trace = Tasks.of("alice,T", "F,T", "bob").trace();
        assertThat(trace.isEmpty()).isTrue();
        assertThat(trace.start()).isEqualTo(ALICES);
        assertThat(trace.who()).isEqualTo(Component.parse("bob"));
    }

    @Test
    void aReading_isRemembered_onceItRaisesTheLabel() {
        Task task = Tasks.of("T,T", "F,T", "T");
        task.observe(ALICES, "photo");
        task.observe(ALICES, "photo again");
        task.observe(BOBS, "album");
        assertThat(task.trace().steps())
                .containsExactly(
                        new Step(Act.OBSERVE, "photo", ALICES, Label.PUBLIC, ALICES),
                        new Step(Act.OBSERVE, "album", BOBS, ALICES, Label.parse("alice&bob,T")));
        assertThat(task.trace().highest()).isEqualTo(Label.parse("alice&bob,T"));
        assertThat(task.trace().usedPrivilege()).isFalse();
    }

    @Test
    void privilegeThatWasUsed_isRemembered() {
        Task task = Tasks.of("alice,T", "F,T", "alice");
        task.declassify(Component.TRUE);
        task.endorse(ALICE);
        Label endorsed = Label.parse("T,alice");
        assertThat(task.trace().steps())
                .containsExactly(
                        new Step(Act.DECLASSIFY, "", Label.PUBLIC, ALICES, Label.PUBLIC),
                        new Step(Act.ENDORSE, "", endorsed, Label.PUBLIC, endorsed));
        assertThat(task.trace().usedPrivilege()).isTrue();
    }

    @Test
    void aNameIsRendered_onlyIfItIsKept_andIsCut() {
        Task task = Tasks.of("T,T", "F,T", "T");
        var rendered = new AtomicInteger();
        var name = new Object() {
            @Override
            public String toString() {
                rendered.incrementAndGet();
                return "x".repeat(10_000);
            }
        };
        task.observe(Label.PUBLIC, name);
        assertThat(rendered).hasValue(0);
        task.observe(ALICES, name);
        assertThat(rendered).hasValue(1);
        assertThat(task.trace().steps().getFirst().what()).hasSize(Trace.WHAT_CHARS_MAX);
    }

    @Test
    void theLatestStepsAreKept_andTheOthersCounted() {
        Task task = Tasks.of("T,T", "F,T", "alice");
        for (int i = 0; i < 100; i++) {
            task.observe(ALICES, "read " + i);
            task.declassify(Component.TRUE);
        }
        assertThat(task.trace().steps()).hasSize(Trace.STEPS_MAX);
        assertThat(task.trace().omitted()).isEqualTo(200 - Trace.STEPS_MAX);
        assertThat(task.trace().steps().get(Trace.STEPS_MAX - 2).what()).isEqualTo("read 99");
    }

    @Test
    void whatChangesNothing_isNoStep() {
        Task task = Tasks.of("alice,T", "F,T", "alice");
        task.declassify(ALICE);
        task.endorse(Component.TRUE);
        assertThat(task.trace().isEmpty()).isTrue();
    }

    /// The answer may be about what the task must not know, so the task itself does not remember it.
    @Test
    void whatMayNotBeDelivered_isTold_andNotRemembered() {
        Task task = Tasks.of("T,T", "F,T", "alice");
        assertThat(task.undeliverable(ALICES, Label.PUBLIC, "it")).isEmpty();
        Denial why = task.undeliverable(BOBS, Label.PUBLIC, "it").orElseThrow();
        assertThat(why).isEqualTo(new Denial(Check.DELIVER, "it", BOBS, Label.PUBLIC, ALICE, ALICE));
        assertThat(task.trace().isEmpty()).isTrue();
    }

    @Test
    void eachCheckThatSaysNo_isRemembered_withWhatItCompared() {
        Task task = Tasks.of("alice,T", "alice&carol,T", "carol");
        Privilege carol = Tasks.all(task, "carol");
        Label both = Label.parse("alice&bob,T");

        assertThat(denied(task, () -> task.observe(BOBS, "album")))
                .isEqualTo(new Denial(Check.READ, "album", both, task.clearance(), Component.TRUE, Component.TRUE));
        assertThat(denied(task, () -> task.requireMayAffect(Label.PUBLIC, carol, "out")))
                .isEqualTo(new Denial(
                        Check.WRITE, "out", ALICES, Label.PUBLIC, Component.parse("carol"), Component.parse("carol")));
        assertThat(denied(task, () -> task.requireMayCreate(both, Privilege.NONE, "new")))
                .isEqualTo(new Denial(Check.CREATE, "new", both, task.clearance(), Component.TRUE, Component.TRUE));
        assertThat(denied(task, () -> task.declassify(Component.TRUE)).check()).isEqualTo(Check.DECLASSIFY);
        assertThat(denied(task, () -> task.endorse(ALICE)))
                .isEqualTo(new Denial(
                        Check.ENDORSE,
                        "",
                        Label.PUBLIC,
                        Label.parse("T,alice"),
                        Component.parse("carol"),
                        Component.parse("carol")));
        assertThat(denied(task, () -> task.exercise(ALICE, Component.TRUE)).check())
                .isEqualTo(Check.USE);
        assertThat(denied(task, () -> task.requireMayAffect(ALICES, Privilege.mintTcb(ALICE), "out"))
                        .from())
                .isEqualTo(ALICES);
    }

    @Test
    void aRefusalThatLeavesATask_carriesItsTrace_andTheInnermostOne() {
        Task outer = Tasks.of("T,T", "F,T", "T");
        Task inner = Tasks.of("T,T", "alice,T", "T");
        Refused refused = catchThrowableOfType(
                Refused.class,
                () -> outer.run(() -> inner.run(() -> {
                    Task.current().observe(BOBS, "album");
                    return true;
                })));
        assertThat(refused.trace().orElseThrow()).isEqualTo(inner.trace());
        assertThat(refused).hasMessage("the flow is denied");
        assertThat(Refused.denied().trace()).isEmpty();
    }

    private static Denial denied(Task task, ThrowingCallable act) {
        assertThat(catchThrowableOfType(Refused.class, act)).hasMessage("the flow is denied");
        return task.trace().denial().orElseThrow();
    }
}
