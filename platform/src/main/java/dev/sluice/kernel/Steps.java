package dev.sluice.kernel;

import dev.sluice.kernel.Trace.Act;
import dev.sluice.kernel.Trace.Check;
import dev.sluice.kernel.Trace.Denial;
import dev.sluice.kernel.Trace.Step;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a task remembers of its way. Costs nothing while nothing happens; whoever it belongs to guards it.
final class Steps {
    private @Nullable ArrayDeque<Step> kept;
    private int omitted;
    private @Nullable Denial denial;

    void add(Act act, Object what, Label source, Label before, Label after) {
        if (kept == null) {
            kept = new ArrayDeque<>(4);
        }
        if (kept.size() == Trace.STEPS_MAX) {
            kept.removeFirst();
            omitted++;
        }
        kept.addLast(new Step(act, text(what), source, before, after));
    }

    void denied(Check check, Object what, Label from, Label to, Privilege used) {
        denial = new Denial(check, text(what), from, to, used.secrecy(), used.integrity());
    }

    List<Step> kept() {
        return kept == null ? List.of() : List.copyOf(kept);
    }

    int omitted() {
        return omitted;
    }

    Optional<Denial> denial() {
        return Optional.ofNullable(denial);
    }

    private static String text(Object what) {
        String whole = what.toString();
        return whole.length() <= Trace.WHAT_CHARS_MAX ? whole : whole.substring(0, Trace.WHAT_CHARS_MAX - 1) + "…";
    }
}
