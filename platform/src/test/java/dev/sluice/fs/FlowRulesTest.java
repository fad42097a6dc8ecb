package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.fs.Operation.Place;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.testing.Contents;
import dev.sluice.testing.Tasks;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// One rule, every operation (contracts/faasten.md 2.3 `[R]`). An operation that has no row here fails a test.
final class FlowRulesTest {
    private static final Label PUBLIC = Label.PUBLIC;
    private static final Label ALICES = Label.parse("alice,T");
    private static final Label BOBS = Label.parse("bob,T");
    private static final Component ALICE = Component.parse("alice");

    @Test
    void everyOperation_hasARow() {
        Set<String> rows = Arrays.stream(Operation.values()).map(o -> o.method).collect(Collectors.toSet());
        assertThat(Arrays.stream(LabeledFs.class.getDeclaredMethods())
                        .filter(m -> Modifier.isPublic(m.getModifiers()))
                        .map(Method::getName)
                        .filter(name -> !name.equals("bootstrap")))
                .isNotEmpty()
                .isSubsetOf(rows);
    }

    @ParameterizedTest
    @EnumSource
    void withoutATask_nothingHappens(Operation operation) {
        var scene = new Scene(PUBLIC, PUBLIC);
        var before = Contents.of(scene.store);
        assertThatThrownBy(() -> operation.on(scene, Privilege.NONE)).isInstanceOf(NoSuchElementException.class);
        assertThat(Contents.of(scene.store)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("observations")
    void lookingAboveTheClearance_isRefused_andLeavesTheLabel(Operation operation, Place secret) {
        Scene scene = scene(secret, BOBS, PUBLIC);
        Task task = Tasks.of("T,T", "alice,T", "alice&bob");
        Refusal refusal = refusal(operation, scene, task, Tasks.all(task, "alice&bob"));
        assertThat(refusal).isEqualTo(isById(operation) && secret == Place.O ? Refusal.NOT_FOUND : Refusal.DENIED);
        assertThat(task.label()).isEqualTo(PUBLIC);
    }

    @ParameterizedTest
    @MethodSource("creations")
    void creatingAboveTheClearance_isRefused(Operation operation) {
        Task task = Tasks.of("T,T", "alice,T", "alice&bob");
        assertThat(refusal(operation, new Scene(PUBLIC, BOBS), task, Tasks.all(task, "alice&bob")))
                .isEqualTo(Refusal.DENIED);
    }

    /// Secrecy and integrity, exactly: no more and no less than what was looked at.
    @ParameterizedTest
    @EnumSource
    void looking_raisesTheLabelByExactlyWhatIsLookedAt(Operation operation) {
        Label d = Label.parse("alice,a");
        Label o = Label.parse("bob,b");
        Task task = Tasks.root();
        operation(operation, new Scene(d, o), task, Tasks.all(task, "F"));
        Label expected = Label.BOTTOM;
        for (Place place : operation.observes) {
            expected = expected.join(place == Place.D ? d : o);
        }
        assertThat(task.label()).isEqualTo(expected);
    }

    /// What it affects is lower than what the task knows, everything else is not.
    @ParameterizedTest
    @MethodSource("effects")
    void changingWhatIsLower_needsThePrivilegeToRelease_andItsUse(Operation operation, Place low) {
        Task task = Tasks.of("alice,T", "F,T", "alice");
        assertThat(refusal(operation, scene(low, PUBLIC, ALICES), task, Privilege.NONE))
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(operation, scene(low, PUBLIC, ALICES), task, task.forEndorsing()))
                .isEqualTo(Refusal.DENIED);
        Privilege with = task.exercise(ALICE, Component.TRUE);
        Scene scene = scene(low, PUBLIC, ALICES);
        var before = Contents.of(scene.store);
        operation(operation, scene, task, with);
        assertThat(Contents.of(scene.store)).isNotEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("effects")
    void changingWhatIsVouchedFor_needsThePrivilegeToVouch_andItsUse(Operation operation, Place vouched) {
        Label alicesWord = Label.parse("T,alice");
        Task task = Tasks.of("T,T", "F,T", "alice");
        assertThat(refusal(operation, scene(vouched, alicesWord, PUBLIC), task, Privilege.NONE))
                .isEqualTo(Refusal.DENIED);
        assertThat(refusal(operation, scene(vouched, alicesWord, PUBLIC), task, task.exercise(ALICE, Component.TRUE)))
                .isEqualTo(Refusal.DENIED);
        Scene scene = scene(vouched, alicesWord, PUBLIC);
        var before = Contents.of(scene.store);
        operation(operation, scene, task, task.exercise(Component.TRUE, ALICE));
        assertThat(Contents.of(scene.store)).isNotEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("effects")
    void usingPrivilegeThatIsNotHeld_isRefused(Operation operation, Place place) {
        Task task = Tasks.of("T,T", "F,T", "bob");
        Privilege stolen = Privilege.mintTcb(ALICE);
        assertThat(refusal(operation, scene(place, Label.parse("T,alice"), PUBLIC), task, stolen))
                .isEqualTo(Refusal.DENIED);
    }

    private static List<Arguments> observations() {
        var rows = new ArrayList<Arguments>();
        for (Operation operation : Operation.values()) {
            operation.observes.forEach(place -> rows.add(Arguments.of(operation, place)));
        }
        return rows;
    }

    private static List<Arguments> effects() {
        var rows = new ArrayList<Arguments>();
        for (Operation operation : Operation.values()) {
            operation.affects.forEach(place -> rows.add(Arguments.of(operation, place)));
        }
        return rows;
    }

    private static List<Operation> creations() {
        return Arrays.stream(Operation.values()).filter(Operation::creates).toList();
    }

    private static Scene scene(Place place, Label there, Label elsewhere) {
        return place == Place.D ? new Scene(there, elsewhere) : new Scene(elsewhere, there);
    }

    private static boolean isById(Operation operation) {
        return operation.name().contains("BY_ID");
    }

    private static void operation(Operation operation, Scene scene, Task task, Privilege with) {
        task.run(() -> operation.on(scene, with));
    }

    /// The refusal, after which nothing has changed.
    private static @Nullable Refusal refusal(Operation operation, Scene scene, Task task, Privilege with) {
        var before = Contents.of(scene.store);
        Refused refused = catchThrowableOfType(Refused.class, () -> operation(operation, scene, task, with));
        assertThat(Contents.of(scene.store)).as("the store after a refusal").isEqualTo(before);
        return refused == null ? null : refused.refusal();
    }
}
