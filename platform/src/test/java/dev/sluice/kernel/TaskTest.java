package dev.sluice.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TaskTest {
    private static final Component ALICE = Component.parse("alice");
    private static final Component BOB = Component.parse("bob");
    private static final Label ALICES = Label.parse("alice,T");

    @Test
    void task_cannotStartAboveItsClearance() {
        assertDenied(() -> task("alice,T", "T,T", "T"));
        assertDenied(() -> task("T,T", "T,alice", "T"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "T,T     ; alice,T    ; alice,T",
                "alice,T ; bob,T      ; alice&bob,T",
                "T,alice ; T,T        ; T,T",
                "T,alice ; T,bob      ; T,alice|bob",
                "T,alice ; T,F        ; T,alice",
            })
    void observing_raisesTheLabelByExactlyTheSource(String before, String source, String after) {
        Task task = task(before, "F,T", "T");
        assertThat(task.mayObserve(label(source))).isTrue();
        task.observe(label(source));
        assertThat(task.label()).isEqualTo(label(after));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "T,T     ; alice,T     ; bob,T",
                "T,T     ; alice/x,T   ; alice,T",
                "T,T     ; T,T         ; alice|bob,T",
                "T,alice ; F,alice     ; T,T",
                "T,alice ; F,alice     ; T,bob",
            })
    void observing_aboveTheClearance_isDenied_andLeavesTheLabel(String before, String clearance, String source) {
        Task task = task(before, clearance, "alice&bob");
        assertThat(task.mayObserve(label(source))).isFalse();
        assertDenied(() -> task.observe(label(source)));
        assertThat(task.label()).isEqualTo(label(before));
    }

    /// A label cannot grow over its caps: whatever would make it is above every clearance, and no crash.
    @Test
    void observing_moreThanALabelHolds_isDenied_andLeavesTheLabel() {
        Task task = new Task(Label.of(tooWide("a"), Component.TRUE), Label.TOP, Privilege.NONE);
        Label before = task.label();
        Label other = Label.of(BOB, Component.TRUE);
        assertThat(task.mayObserve(other)).isFalse();
        assertDenied(() -> task.observe(other));
        assertThat(task.label()).isEqualTo(before);
    }

    @Test
    void observing_whatIsKnown_changesNothing() {
        Task task = task("alice,T", "F,T", "T");
        assertThat(task.knows(ALICES)).isTrue();
        assertThat(task.knows(Label.PUBLIC)).isTrue();
        assertThat(task.knows(label("bob,T"))).isFalse();
        assertThat(task("T,alice", "F,T", "T").knows(Label.PUBLIC)).isFalse();
    }

    /// What a run has ever known stays in its memory, whatever it has declassified since.
    @Test
    void highest_isLoweredByNothing() {
        Task task = task("T,T", "F,T", "alice");
        task.observe(ALICES);
        task.declassify(Component.TRUE);
        task.endorse(ALICE);
        assertThat(task.label()).isEqualTo(label("T,alice"));
        assertThat(task.highest()).isEqualTo(ALICES);
        task.observe(label("bob,T"));
        task.declassify(Component.parse("bob&carol"));
        assertThat(task.highest()).isEqualTo(label("alice&bob&carol,T"));
    }

    /// What was declassified still counts: else a task could know more than one label can say.
    @Test
    void observing_moreThanTheHighestLabelHolds_isDenied() {
        Component wide = tooWide("a");
        Task task = new Task(Label.of(wide, Component.TRUE), Label.TOP, Privilege.mintTcb(wide));
        task.declassify(Component.TRUE);
        assertThat(task.mayObserve(ALICES)).isFalse();
        assertDenied(() -> task.observe(ALICES));
        assertDenied(() -> task.declassify(ALICE));
        assertThat(task.label()).isEqualTo(Label.PUBLIC);
    }

    @Test
    void endorsingPrivilege_releasesNothing() {
        Task task = task("alice,T", "F,T", "alice");
        assertThat(task.forEndorsing()).isEqualTo(Privilege.mintTcb(Component.TRUE, ALICE));
        assertDenied(() -> task.requireMayAffect(Label.PUBLIC, task.forEndorsing()));
        assertAllowed(() -> task.requireMayAffect(label("alice,alice"), task.forEndorsing()));
    }

    /// Privilege of the task, what it uses of it, target, verdict.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "alice,T       ; T     ; T ; T     ; alice,T     ; ok",
                "alice,T       ; T     ; T ; T     ; alice&bob,T ; ok",
                "alice,T       ; T     ; T ; T     ; T,T         ; denied",
                "alice,T       ; alice ; T ; T     ; T,T         ; denied",
                "alice,T       ; alice ; alice ; T ; T,T         ; ok",
                "alice,T       ; bob   ; bob ; T   ; T,T         ; denied",
                "alice&bob,T   ; alice ; alice ; T ; T,T         ; denied",
                "alice&bob,T   ; alice ; alice ; T ; bob,T       ; ok",
                "alice,T       ; alice ; T ; alice ; T,T         ; denied",
                "T,T           ; T     ; T ; T     ; T,alice     ; denied",
                "T,T           ; alice ; T ; T     ; T,alice     ; denied",
                "T,T           ; alice ; T ; alice ; T,alice     ; ok",
                "T,T           ; alice ; alice ; T ; T,alice     ; denied",
                "T,T           ; alice ; T ; alice/x ; T,alice/x ; ok",
                "T,T           ; alice ; T ; alice/x ; T,alice   ; denied",
                "T,bob         ; T     ; T ; T     ; T,bob       ; ok",
                "T,bob         ; alice ; T ; alice ; T,alice&bob ; ok",
            })
    void affecting_needsTheFlow_withWhatIsUsed(
            String label, String held, String secrecy, String integrity, String target, String verdict) {
        Task task = task(label, "F,T", held);
        Privilege with = task.exercise(Component.parse(secrecy), Component.parse(integrity));
        ThrowingCallable affect = () -> task.requireMayAffect(label(target), with);
        ThrowingCallable create = () -> task.requireMayCreate(label(target), with);
        if (verdict.equals("ok")) {
            assertAllowed(affect);
            assertAllowed(create);
        } else {
            assertDenied(affect);
            assertDenied(create);
        }
        assertThat(task.label()).isEqualTo(label(label));
    }

    /// Using somebody else's privilege, on either side, is using none.
    @ParameterizedTest
    @CsvSource({"alice, T", "T, alice", "F, T", "T, F", "alice, alice"})
    void affecting_withPrivilegeThatIsNotHeld_isDenied(String secrecy, String integrity) {
        Task task = task("T,T", "F,T", "bob");
        Privilege stolen = Privilege.mintTcb(Component.parse(secrecy), Component.parse(integrity));
        assertDenied(() -> task.requireMayAffect(Label.PUBLIC, stolen));
        assertDenied(() -> task.requireMayCreate(Label.PUBLIC, stolen));
        assertDenied(() -> task.exercise(Component.parse(secrecy), Component.parse(integrity)));
    }

    @Test
    void creating_aboveTheClearance_isDenied_thoughAffectingIsNot() {
        Task task = task("T,T", "alice,T", "T");
        Label bobs = label("bob,T");
        assertAllowed(() -> task.requireMayAffect(bobs, Privilege.NONE));
        assertDenied(() -> task.requireMayCreate(bobs, Privilege.NONE));
        assertAllowed(() -> task.requireMayCreate(ALICES, Privilege.NONE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "alice,bob     ; alice ; T     ; T,bob",
                "alice&bob,T   ; alice ; bob   ; bob,T",
                "alice&bob,T   ; alice ; T     ; denied",
                "alice,T       ; T     ; T     ; denied",
                "alice,T       ; bob   ; T     ; denied",
                "alice,T       ; alice/x ; T   ; denied",
                "alice/x,T     ; alice ; T     ; T,T",
                "alice,T       ; T     ; alice ; alice,T",
                "F,T           ; alice ; T     ; denied",
                "F,T           ; F     ; T     ; T,T",
                "alice,T       ; T     ; alice&bob ; alice&bob,T",
            })
    void declassifying_isBoundedByThePrivilege(String before, String held, String to, String after) {
        Task task = task(before, "F,T", held);
        if (after.equals("denied")) {
            assertDenied(() -> task.declassify(Component.parse(to)));
            assertThat(task.label()).isEqualTo(label(before));
        } else {
            assertThat(task.declassify(Component.parse(to))).isEqualTo(label(after));
            assertThat(task.label()).isEqualTo(label(after));
        }
    }

    @Test
    void declassifying_usesThePrivilegeForSecrecyOnly() {
        Task writer = new Task(ALICES, Label.TOP, Privilege.mintTcb(Component.TRUE, ALICE));
        assertDenied(() -> writer.declassify(Component.TRUE));
        assertThat(writer.label()).isEqualTo(ALICES);
    }

    @Test
    void declassifying_upwards_staysBelowTheClearance() {
        Task task = task("T,T", "alice,T", "T");
        assertDenied(() -> task.declassify(BOB));
        assertThat(task.declassify(ALICE)).isEqualTo(ALICES);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "T,T       ; alice ; alice   ; T,alice",
                "T,T       ; alice ; alice/x ; T,alice/x",
                "alice,bob ; alice ; alice   ; alice,alice&bob",
                "T,T       ; alice ; bob     ; denied",
                "T,T       ; T     ; alice   ; denied",
                "T,T       ; alice/x ; alice ; denied",
                "T,T       ; alice ; F       ; denied",
                "T,T       ; alice ; T       ; T,T",
            })
    void endorsing_isBoundedByThePrivilege(String before, String held, String with, String after) {
        Task task = task(before, "F,T", held);
        if (after.equals("denied")) {
            assertDenied(() -> task.endorse(Component.parse(with)));
            assertThat(task.label()).isEqualTo(label(before));
        } else {
            assertThat(task.endorse(Component.parse(with))).isEqualTo(label(after));
            assertThat(task.label()).isEqualTo(label(after));
        }
    }

    @Test
    void endorsing_usesThePrivilegeForIntegrityOnly() {
        Task reader = new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(ALICE, Component.TRUE));
        assertDenied(() -> reader.endorse(ALICE));
    }

    @Test
    void endorsing_moreThanALabelHolds_isDenied() {
        Label full = Label.of(Component.TRUE, tooWide("a"));
        Task task = new Task(full, Label.TOP, Privilege.mintTcb(BOB));
        assertDenied(() -> task.endorse(BOB));
        assertThat(task.label()).isEqualTo(full);
    }

    @Test
    void exercising_givesWhatWasNamedAndNoMore() {
        Task task = task("T,T", "F,T", "alice&bob");
        assertThat(task.exercise(ALICE, Component.TRUE)).isEqualTo(Privilege.mintTcb(ALICE, Component.TRUE));
        assertThat(task.exercise(Component.TRUE, Component.TRUE)).isEqualTo(Privilege.NONE);
    }

    @Test
    void exercising_keepsTheSidesApart() {
        Task reader = new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(ALICE, Component.TRUE));
        assertDenied(() -> reader.exercise(Component.TRUE, ALICE));
        Task writer = new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.TRUE, ALICE));
        assertDenied(() -> writer.exercise(ALICE, Component.TRUE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "T,T       ; T       ; T         ; true",
                "T,T       ; T       ; alice     ; false",
                "T,T       ; alice   ; alice     ; true",
                "T,T       ; alice   ; alice/x   ; true",
                "T,T       ; alice/x ; alice     ; false",
                "T,alice   ; T       ; alice     ; true",
                "T,alice   ; bob     ; alice&bob ; true",
                "T,T       ; alice   ; alice|bob ; true",
                "alice,T   ; T       ; alice     ; false",
                "T,T       ; alice   ; F         ; false",
                "T,T       ; F       ; F         ; true",
            })
    void vouching_joinsTheLabelsIntegrityAndThePrivileges(String label, String held, String who, boolean verdict) {
        assertThat(task(label, "F,T", held).vouchesFor(Component.parse(who))).isEqualTo(verdict);
    }

    @Test
    void vouching_takesNoAuthorityToReadForAuthorityToWrite() {
        Task reader = new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(ALICE, Component.TRUE));
        assertThat(reader.vouchesFor(ALICE)).isFalse();
    }

    /// A task with as much integrity as a label holds, and a privilege beside it: the question has an answer.
    @Test
    void vouching_answersAtTheCapsToo() {
        Task task = new Task(Label.of(Component.TRUE, tooWide("a")), Label.TOP, Privilege.mintTcb(BOB));
        assertThat(task.vouchesFor(BOB)).isTrue();
        assertThat(task.vouchesFor(ALICE)).isFalse();
    }

    @Test
    void holding_asksBothSides_andNotTheLabel() {
        assertThat(task("T,T", "F,T", "alice").holds(Component.parse("alice/x")))
                .isTrue();
        assertThat(task("T,T", "F,T", "alice").holds(BOB)).isFalse();
        assertThat(task("T,alice", "F,T", "T").holds(ALICE)).isFalse();
        assertThat(new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(ALICE, Component.TRUE)).holds(ALICE))
                .isFalse();
        assertThat(new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.TRUE, ALICE)).holds(ALICE))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "T     ; T,T         ; true",
                "T     ; alice,T     ; false",
                "alice ; alice,T     ; true",
                "alice ; alice&bob,T ; false",
                "alice ; alice|bob,T ; true",
                "alice/x ; alice,T   ; false",
                "F     ; F,T         ; true",
            })
    void delivering_needsThePrivilegeToCoverTheSource(String held, String source, boolean verdict) {
        assertThat(task("T,T", "F,T", held).mayDeliver(label(source), Label.PUBLIC))
                .isEqualTo(verdict);
    }

    @Test
    void refusal_saysNoLabel() {
        Task task = task("alice,T", "alice,T", "T");
        assertThatThrownBy(() -> task.observe(label("bob,T"))).hasMessage("the flow is denied");
        assertThatThrownBy(() -> task.requireMayAffect(Label.PUBLIC, Privilege.NONE))
                .hasMessage("the flow is denied");
    }

    @Test
    void outsideAnyTask_thereIsNoLabel() {
        assertThatThrownBy(Task::current).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void innerTask_standsAside_whenItIsDone() {
        Task outer = task("T,T", "F,T", "T");
        Task inner = task("T,T", "F,T", "T");
        outer.run(() -> {
            inner.run(() -> {
                Task.current().observe(ALICES);
                return inner;
            });
            assertThat(Task.current()).isSameAs(outer);
            return outer;
        });
        assertThat(inner.label()).isEqualTo(ALICES);
        assertThat(outer.label()).isEqualTo(Label.PUBLIC);
    }

    @Test
    void helperThread_inheritsNoTask_unlessCarried() throws Exception {
        Task task = task("T,T", "F,T", "T");
        try (var helpers = Executors.newVirtualThreadPerTaskExecutor()) {
            task.run(() -> {
                var forgotten = helpers.submit(Task::current);
                assertThatThrownBy(forgotten::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(NoSuchElementException.class);
                assertThat(helpers.submit(task.carry(Task::current)).get()).isSameAs(task);
                return true;
            });
        }
    }

    @Test
    void manyThreadsOfOneTask_loseNoTaint() throws Exception {
        Task task = task("T,T", "F,T", "T");
        Component all = Component.TRUE;
        var readings = new ArrayList<Callable<Task>>();
        for (int i = 0; i < 50; i++) {
            Component reader = Component.of(Principal.of("p" + i));
            all = all.and(reader);
            readings.add(task.carry(() -> {
                Task.current().observe(Label.of(reader, Component.TRUE));
                return Task.current();
            }));
        }
        try (var helpers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var reading : helpers.invokeAll(readings)) {
                assertThat(reading.get()).isSameAs(task);
            }
        }
        assertThat(task.label()).isEqualTo(Label.of(all, Component.TRUE));
    }

    /// A component that no principal can be added to.
    private static Component tooWide(String stem) {
        var clauses = new ArrayList<List<Principal>>();
        for (int i = 0; i < Component.CLAUSES_MAX; i++) {
            clauses.add(List.of(Principal.of(stem + i)));
        }
        return Component.ofClauses(clauses);
    }

    private static Task task(String label, String clearance, String privilege) {
        return new Task(label(label), label(clearance), Privilege.mintTcb(Component.parse(privilege)));
    }

    private static Label label(String text) {
        return Label.parse(text);
    }

    private static void assertDenied(ThrowingCallable act) {
        assertThat(catchThrowableOfType(Refused.class, act).refusal()).isEqualTo(Refusal.DENIED);
    }

    private static void assertAllowed(ThrowingCallable act) {
        assertThat(catchThrowableOfType(Refused.class, act)).isNull();
    }
}
