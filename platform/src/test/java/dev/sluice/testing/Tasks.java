package dev.sluice.testing;

import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;

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
}
