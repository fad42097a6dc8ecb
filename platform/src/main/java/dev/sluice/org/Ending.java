package dev.sluice.org;

import dev.sluice.fs.Closing;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// Ends organizations, one at a time: what is acknowledged to somebody is there, or its organization was not found
/// empty.
///
/// So it is looked twice whether there is anything: while its members go on, and, if there was nothing, once more after
/// they can add nothing any more. A server that stops in between has ended nobody, and its next start lets them go on.
///
/// Thread-safe.
final class Ending {
    private final Holdings holdings;
    private final Closing closing;
    private final ReentrantLock one = new ReentrantLock();

    Ending(LabeledFs fs) {
        this.holdings = new Holdings(fs);
        this.closing = new Closing(fs);
    }

    /// @param isCascade whether it ends with all that it has
    /// @param end       ends it, in one durable step
    /// @return what it has, for people: then it has not ended
    /// @throws Refused `NOT_FOUND` if it has ended already; `INVALID` for the operator's own; what `end` throws
    List<String> end(Organization organization, boolean isCascade, Runnable end) {
        if (organization.name().equals(Founding.ORGANIZATION)) {
            throw new Refused(Refusal.INVALID, "it is the operator's own organization");
        }
        one.lock();
        try {
            List<String> left = isCascade ? List.of() : holdings(organization);
            if (!left.isEmpty()) {
                return left;
            }
            if (!closing.close(organization.token())) {
                throw Refused.notFound();
            }
            return endClosed(organization, isCascade, end);
        } finally {
            one.unlock();
        }
    }

    private List<String> endClosed(Organization organization, boolean isCascade, Runnable end) {
        boolean isOver = false;
        try {
            List<String> left = isCascade ? List.of() : holdings(organization);
            if (left.isEmpty()) {
                end.run();
                isOver = true;
            }
            return left;
        } finally {
            if (!isOver) {
                closing.reopen(organization.token());
            }
        }
    }

    private List<String> holdings(Organization organization) {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.NONE).run(() -> holdings.of(organization));
    }
}
