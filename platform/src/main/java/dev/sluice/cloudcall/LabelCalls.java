package dev.sluice.cloudcall;

import dev.sluice.fs.FsPath;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a guest asks of its own label and authority.
final class LabelCalls {
    private final Component self;

    /// @param self the privilege of the gate
    LabelCalls(Component self) {
        this.self = self;
    }

    Value answer(CloudCall.OfLabels call) {
        return switch (call) {
            case CloudCall.CurrentLabel() -> current();
            case CloudCall.TaintWithLabel(var label) -> taint(label);
            case CloudCall.Declassify(var secrecy) -> told(Task.current().declassify(Component.parse(secrecy)));
            case CloudCall.Endorse(var integrity) -> endorse(integrity);
            case CloudCall.ParseLabel(var text) -> parsed(text);
            case CloudCall.SubPrivilege(var tokens) -> subPrivilege(tokens);
        };
    }

    private static Value current() {
        return told(Task.current().label());
    }

    private static Value taint(String label) {
        Task.current().observe(FsPath.label(label), "the label it asked for");
        return current();
    }

    private static Value endorse(@Nullable String integrity) {
        Task task = Task.current();
        return told(task.endorse(integrity == null ? task.forEndorsing().integrity() : Component.parse(integrity)));
    }

    private static Value parsed(String text) {
        try {
            return told(Label.parse(text));
        } catch (LabelInvalid wrong) {
            return Value.NULL;
        }
    }

    private Value subPrivilege(List<String> tokens) {
        if (self.isTrue() || self.isFalse()) {
            throw new Refused(Refusal.INVALID, "no principal is below everything or nothing");
        }
        Principal principal = self.allOf().getFirst().anyOf().getFirst();
        for (String token : tokens) {
            principal = principal.child(token);
        }
        return Value.of(Component.of(principal).toString());
    }

    private static Value told(Label label) {
        return Value.of(label.toString());
    }
}
