package dev.sluice.worker;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ends guests whose runs have passed their deadline, and those of organizations that have ended. One thread looks
/// every [#GRAIN], so that a run costs no timer.
final class Watch implements AutoCloseable {
    static final Duration GRAIN = Duration.ofMillis(5);

    private final ConcurrentHashMap<Instance, Long> deadlines = new ConcurrentHashMap<>();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    Watch() {
        Thread.ofPlatform().daemon().name("deadlines").start(this::look);
    }

    /// A guest of an organization that has ended, ends at once: either it is seen here, or by [#endAllOf].
    ///
    /// @return the nanosecond at which the guest will be ended
    long begin(Instance instance, Duration left) {
        long deadline = System.nanoTime() + left.toNanos();
        deadlines.put(instance, deadline);
        if (instance.belongsToAny(ended)) {
            endNow(instance);
        }
        return deadline;
    }

    /// As [#begin], of a guest that several runs share: it is ended when the last one's time is up.
    void extend(Instance instance, Duration left) {
        deadlines.merge(instance, System.nanoTime() + left.toNanos(), (one, other) -> one - other > 0 ? one : other);
        if (instance.belongsToAny(ended)) {
            endNow(instance);
        }
    }

    /// From now on the guest is not ended any more; [Instance#ended] tells whether its time was up before.
    void end(Instance instance) {
        deadlines.remove(instance);
    }

    /// Ends all guests of an organization in the middle of what they do, those to come too.
    void endAllOf(String organization) {
        ended.add(organization);
        for (Instance instance : deadlines.keySet()) {
            if (instance.belongsTo(organization)) {
                endNow(instance);
            }
        }
    }

    private void endNow(Instance instance) {
        deadlines.computeIfPresent(instance, (busy, _) -> {
            busy.end(Instance.Ended.ORGANIZATION_ENDED);
            return null;
        });
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void look() {
        try {
            while (!closed.await(GRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                deadlines.forEach((instance, deadline) -> {
                    if (now - deadline >= 0) {
                        endInstead(instance, deadline);
                    }
                });
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends a guest unless its run is over. Who calls [#end] meanwhile waits, so that no guest is ended after it.
    private void endInstead(Instance instance, long deadline) {
        deadlines.computeIfPresent(instance, (late, current) -> {
            if (current != deadline) {
                return current; // of another run by now
            }
            late.end(Instance.Ended.DEADLINE);
            return null;
        });
    }
}
