package dev.sluice.audit;

import dev.sluice.kernel.Trace.Denial;
import dev.sluice.label.Component;
import java.util.ArrayList;
import java.util.List;

/// The least that would have made a denied check pass.
///
/// A flow with privilege passes if each clause of the source's secrecy is implied by the target's or by the
/// privilege's, and likewise for integrity the other way round. A clause is implied by one clause or not at all, so
/// the clauses that nothing implies are exactly what is missing: whatever else would do implies all of them.
///
/// @param secrecy   what has to be given up by who may: T if that side passed
/// @param integrity what has to be vouched for: T if that side passed
public record Remedy(Component secrecy, Component integrity) {
    public static Remedy of(Denial denial) {
        return new Remedy(
                denial.from().secrecy().without(denial.to().secrecy()).without(denial.usedSecrecy()),
                denial.to().integrity().without(denial.from().integrity()).without(denial.usedIntegrity()));
    }

    /// Whether nothing is missing but room: the labels together are larger than one may be.
    boolean isRoom() {
        return secrecy.isTrue() && integrity.isTrue();
    }

    /// What one could do, in words.
    List<String> words(Denial denial) {
        if (isRoom()) {
            return List.of("fewer principals: the labels together are over the size of a label");
        }
        var words = new ArrayList<String>(2);
        if (!secrecy.isTrue()) {
            words.add(forSecrecy(denial));
        }
        if (!integrity.isTrue()) {
            words.add(forIntegrity(denial));
        }
        return words;
    }

    private String forSecrecy(Denial denial) {
        return switch (denial.check()) {
            case READ, CREATE -> "a clearance with " + secrecy + ": lend or grant it to who acts";
            case WRITE -> "declassify " + secrecy + " first, with a privilege that implies it: grant it to the gate";
            case DECLASSIFY, USE -> "grant the privilege " + secrecy + " to who acts";
            case GRANT -> "who creates the gate must hold " + secrecy + " himself";
            case DELIVER ->
                "a gate whose declassify has " + secrecy + ", named by who asks; or lend " + secrecy + " to him";
            case ENDORSE, ENTER, PLACE -> "an authority that implies " + secrecy;
        };
    }

    private String forIntegrity(Denial denial) {
        return switch (denial.check()) {
            case WRITE -> "vouch for it with " + integrity + ": grant it to who writes, and use it";
            case ENTER -> "an invoker who is vouched for by " + integrity + "; or a gate whose clearance asks for less";
            case PLACE -> "a label for the gate whose integrity implies " + integrity;
            case GRANT -> "who creates the gate must hold " + integrity + " himself";
            case READ, CREATE, DECLASSIFY, ENDORSE, USE, DELIVER -> "grant the privilege " + integrity + " to who acts";
        };
    }
}
