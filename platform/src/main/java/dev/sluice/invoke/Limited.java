package dev.sluice.invoke;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.schedule.Scheduler.Bound;
import java.util.Optional;

/// Why there is no room for a run. A tenant at one of its limits is told which one, and how to get more: that
/// depends on what runs of the same tenant do and on nobody else's.
final class Limited {
    private static final String MORE = ", or ask the server's administrator for more: sluice iam update quota ORG --";

    private Limited() {}

    static Refused byTheMachine() {
        return new Refused(Refusal.OVERLOADED, "too many runs are waiting: try again later");
    }

    static Refused byTime() {
        return new Refused(Refusal.DEADLINE_EXCEEDED, "there was no room to run the function in time");
    }

    /// As [#at], to the caller. Who is nobody in particular is not of the tenant that is charged: he learns what
    /// he would if the machine were full, and no tenant's limits.
    static Refused at(Bound bound, Invocation wish) {
        if (!wish.isNobodys()) {
            return at(bound);
        }
        return switch (bound) {
            case WAITING, BYTES -> byTheMachine();
            case RUNS, MEMORY -> byTime();
        };
    }

    /// @throws Refused `AT_LIMIT`, as [#at] has it, if there is a bound
    static void requireNone(Optional<Bound> bound, Invocation wish) {
        if (bound.isPresent()) {
            throw at(bound.get(), wish);
        }
    }

    static Refused at(Bound bound) {
        return new Refused(
                Refusal.AT_LIMIT,
                switch (bound) {
                    case RUNS ->
                        "your organization has as many runs under way as it may at once: try again when one has ended"
                                + MORE + "concurrent-runs N";
                    case WAITING ->
                        "your organization has as many runs waiting as it may: try again when some have ended" + MORE
                                + "queued-runs N";
                    case BYTES ->
                        "your organization's runs that wait were given as many bytes as they may be together: try again"
                                + " when some have ended, give them less" + MORE + "queued-mib N";
                    case MEMORY ->
                        "your organization's runs use as much memory as they may together: try again when some have"
                                + " ended, give the function less" + MORE + "memory-mib N";
                });
    }
}
