package dev.sluice.testing;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/// Tasks for tests, by their text.
public final class Tasks {
    private Tasks() {}

    /// May do everything, and has learnt nothing.
    public static Task root() {
        return new Task(Label.BOTTOM, Label.TOP, Privilege.mintTcb(Component.FALSE));
    }

    /// @param privilege of both sides
    public static Task of(String label, String clearance, String privilege) {
        return new Task(Label.parse(label), Label.parse(clearance), Privilege.mintTcb(Component.parse(privilege)));
    }

    /// Uses all that `task` has.
    public static Privilege all(Task task, String privilege) {
        Component both = Component.parse(privilege);
        return task.exercise(both, both);
    }

    /// Why `task` was refused what it tried; null if it was not.
    public static @Nullable Refusal refusal(Task task, ThrowingCallable body) {
        Refused refused = catchThrowableOfType(
                Refused.class,
                () -> task.run(() -> {
                    body.call();
                    return task;
                }));
        return refused == null ? null : refused.refusal();
    }
}
