package dev.sluice.api;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Limit;
import dev.sluice.org.Organization;
import dev.sluice.org.TenantLimits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// How many functions organizations have, and that none has more than it may. They are counted once, and then kept
/// count of: creating one costs the same beside many. Acts as the current task.
///
/// Thread-safe.
final class FunctionCounts {
    private final FunctionFiles files;
    private final TenantLimits limits;
    private final CreationLocks creating = new CreationLocks();

    /// Where it is known. Each is guarded by its organization's lock.
    private final Map<Organization, Integer> known = new ConcurrentHashMap<>();

    FunctionCounts(FunctionFiles files, TenantLimits limits) {
        this.files = files;
        this.limits = limits;
    }

    /// @throws Refused `QUOTA`
    void requireFewer(Organization organization) {
        create(organization, 0, () -> {});
    }

    /// Makes one more, one after the other.
    ///
    /// @throws Refused `QUOTA`, and what `body` throws
    void create(Organization organization, Runnable body) {
        create(organization, 1, body);
    }

    private void create(Organization organization, int more, Runnable body) {
        ReentrantLock lock = creating.of(organization);
        lock.lock();
        boolean isDone = false;
        try {
            int count = required(organization);
            body.run();
            known.put(organization, count + more);
            isDone = true;
        } finally {
            if (!isDone) {
                known.remove(organization);
            }
            lock.unlock();
        }
    }

    /// Counted anew where the limit is reached: a file may be gone that nobody has told of.
    private int required(Organization organization) {
        long most = limits.of(organization.token(), Limit.FUNCTIONS);
        Integer before = known.get(organization);
        int count = before != null && before < most ? before : files.count(organization);
        if (count >= most) {
            throw new Refused(
                    Refusal.QUOTA,
                    "your organization has as many functions as it may: delete some, or ask the server's administrator"
                            + " for more: sluice iam update quota ORG --functions N");
        }
        return count;
    }

    /// Some were removed.
    void forget(Organization organization) {
        ReentrantLock lock = creating.of(organization);
        lock.lock();
        try {
            known.remove(organization);
        } finally {
            lock.unlock();
        }
    }
}
