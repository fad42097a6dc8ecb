package dev.sluice.audit;

import dev.sluice.kernel.Trace.Denial;
import dev.sluice.kernel.Trace.Step;
import dev.sluice.label.Component;

/// Steps and checks in words and as formulas.
final class Words {
    private Words() {}

    static String[] of(Step step) {
        String name = step.what().isEmpty() ? "" : " " + step.what();
        String act = switch (step.act()) {
            case OBSERVE -> "read" + name + " (" + step.source() + ")";
            case DECLASSIFY -> "declassified itself";
            case ENDORSE -> "endorsed itself with " + step.source().integrity();
        };
        return new String[] {act, "label " + step.before() + " -> " + step.after()};
    }

    static String of(Denial denial) {
        String name = denial.what().isEmpty() ? "" : " " + denial.what();
        return "denied: "
                + switch (denial.check()) {
                    case READ -> "reading" + name + " would raise the label above the clearance";
                    case WRITE -> "writing" + name + " would let out what was learnt, or claim who does not vouch";
                    case CREATE -> "making" + name + " above the clearance";
                    case DECLASSIFY -> "giving up secrecy that the privilege does not cover";
                    case ENDORSE -> "vouching with what is not held";
                    case USE -> "using a privilege that is not held";
                    case ENTER -> "entering" + name + ": nobody who may enter vouches for the caller";
                    case GRANT -> "granting" + name + " without holding it";
                    case PLACE -> name.strip() + " lets those change the gate who do not hold its privilege";
                    case DELIVER -> name.strip() + " may not reach who asked";
                };
    }

    /// The two implications that together are the check.
    static String formula(Denial denial) {
        return "(" + denial.to().secrecy() + with(denial.usedSecrecy()) + ") => "
                + denial.from().secrecy() + "  and  ("
                + denial.from().integrity() + with(denial.usedIntegrity()) + ") => "
                + denial.to().integrity();
    }

    private static String with(Component privilege) {
        return privilege.isTrue() ? "" : " and privilege " + privilege;
    }
}
