package dev.sluice.invoke;

import dev.sluice.function.Retry;
import dev.sluice.kernel.Refused;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Status;
import dev.sluice.run.RunQueue.Outcome;
import java.time.Duration;
import java.util.Optional;

/// Which failures of a run that nobody waits for another try may do better than, and how long all tries take.
final class Trying {
    private Trying() {}

    /// An input that is wrong stays wrong; what the function itself raises is tried again if its author says so.
    static Outcome outcome(Content content, Optional<Retry> retry) {
        if (content.status() == Status.READY) {
            return Outcome.DONE;
        }
        boolean isTransient = content.status() == Status.TIMEOUT
                || switch (content.fault().map(Fault::type).orElse("")) {
                    case "SystemError" -> true;
                    case "FunctionError" -> retry.filter(Retry::functionErrors).isPresent();
                    default -> false;
                };
        return isTransient ? Outcome.FAILED : Outcome.FAILED_FOR_GOOD;
    }

    /// Room may come free; who may not enter, or whose function is gone, may not the next time either.
    static Outcome outcome(Refused refused) {
        return switch (refused.refusal()) {
            case AT_LIMIT, OVERLOADED, DEADLINE_EXCEEDED, UNAVAILABLE, CONFLICT -> Outcome.FAILED;
            case NOT_FOUND, DENIED, EXISTS, WRONG_KIND, INVALID, TOO_LARGE, QUOTA -> Outcome.FAILED_FOR_GOOD;
        };
    }

    /// What each try may take, and the waits in between: known before the first, so that it tells nothing of any.
    static Duration longest(Duration each, Optional<Retry> retry) {
        return retry.map(policy -> each.multipliedBy(policy.attempts()).plusMillis(policy.waitsMillisMax()))
                .orElse(each);
    }
}
