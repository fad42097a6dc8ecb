package dev.sluice;

import static dev.sluice.Rooms.MAIN;
import static dev.sluice.Rooms.MAIN_AND_TESTS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Code that does no work: classes that only forward, and classes that nothing uses.
final class DeadweightTest {
    /// Started from outside.
    private static final Set<String> ENTRY_POINTS =
            Set.of("dev.sluice.Main", "dev.sluice.LabelCommand", "dev.sluice.AdminCommand", "dev.sluice.DoctorCommand");

    @Test
    void noClass_onlyForwards() {
        assertThat(Rooms.namesOf(MAIN.stream().filter(DeadweightTest::onlyForwards)))
                .as("call the thing itself")
                .isEmpty();
    }

    @Test
    void noClass_isUnused() {
        Set<String> main = Rooms.namesOf(Rooms.topLevel(MAIN));
        assertThat(Rooms.namesOf(Rooms.topLevel(MAIN_AND_TESTS)
                        .filter(c -> main.contains(c.getName()) && !ENTRY_POINTS.contains(c.getName()))
                        .filter(c -> c.getDirectDependenciesToSelf().stream()
                                .allMatch(d -> (d.getOriginClass().getName() + "$").startsWith(c.getName() + "$")))))
                .as("delete it; git keeps it")
                .isEmpty();
    }

    /// Three or more public methods, each of which does nothing but call its namesake on something else.
    private static boolean onlyForwards(JavaClass c) {
        List<JavaMethod> methods = c.getMethods().stream()
                .filter(m -> m.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(m -> !m.getModifiers().contains(JavaModifier.ABSTRACT))
                .toList();
        return methods.size() >= 3 && methods.stream().allMatch(DeadweightTest::isForward);
    }

    private static boolean isForward(JavaMethod m) {
        var calls = m.getMethodCallsFromSelf();
        return calls.size() == 1
                && calls.iterator().next().getTarget().getName().equals(m.getName());
    }
}
